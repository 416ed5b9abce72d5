// Map of a survey file's rows with problems, or of one row as drawn and repaired. No tile from the internet.
"use strict";
(() => {
  const box = document.getElementById("survey-map");
  if (!box || !window.L) return;
  const bangla = (number) => box.dataset.lang === "bn" ? String(number).replace(/[0-9]/g, (d) => "০১২৩৪৫৬৭৮৯"[d]) : String(number);
  const map = L.map(box, { preferCanvas: true, zoomSnap: 0.5, attributionControl: false, maxZoom: 22 });

  const shapes = document.getElementById("row-shapes");
  if (shapes) {
    const row = JSON.parse(shapes.textContent);
    const drawn = L.geoJSON(row.drawn, { style: { color: "#b3261e", weight: 2, fillOpacity: 0.15 } }).addTo(map);
    if (row.repaired) L.geoJSON(row.repaired, { style: { color: "#0b5d46", weight: 2, dashArray: "5 4", fillOpacity: 0.25 } }).addTo(map);
    map.fitBounds(drawn.getBounds().pad(0.5));
    box.dataset.ready = "yes";
    return;
  }

  fetch(box.dataset.url, { credentials: "same-origin" }).then((answer) => answer.json()).then(({ problems, wards }) => {
    const ground = L.geoJSON(wards, {
      interactive: false,
      style: { color: "#7d8c85", weight: 1, fillColor: "#fff", fillOpacity: 1 },
      onEachFeature: (feature, layer) => layer.bindTooltip(bangla(feature.properties.ward), { permanent: true, direction: "center", className: "ward-name" }),
    }).addTo(map);
    const colour = (feature) => feature.properties.blocking ? "#b3261e" : "#d39200";
    const rows = L.geoJSON(problems, {
      style: (feature) => ({ color: colour(feature), weight: 1.5, fillOpacity: 0.5 }),
      pointToLayer: (feature, place) => L.circleMarker(place, { radius: 5 }),
      onEachFeature: (feature, layer) => {
        const { row, titles } = feature.properties;
        const link = document.createElement("a");
        link.href = box.dataset.row.replace("/0/", `/${row}/`);
        link.textContent = `${box.dataset.words} ${bangla(row)}`;
        const text = document.createElement("span");
        text.textContent = ` ${titles.join(", ")}`;
        const popup = document.createElement("div");
        popup.append(link, text);
        layer.bindPopup(popup);
      },
    }).addTo(map);
    const marks = L.layerGroup().addTo(map);
    for (const layer of rows.getLayers()) {
      if (!layer.getBounds) continue;
      // A footprint is smaller than a pixel when the whole city is shown: a dot stands for it.
      const dot = L.circleMarker(layer.getBounds().getCenter(), { radius: 4, weight: 1, color: "#fff", fillColor: colour(layer.feature), fillOpacity: 0.9 });
      dot.on("click", () => map.fitBounds(layer.getBounds().pad(1)));
      marks.addLayer(dot);
    }
    map.on("zoomend", () => (map.getZoom() >= 17 ? marks.remove() : marks.addTo(map)));
    const extent = ground.getLayers().length ? ground.getBounds() : rows.getBounds();
    if (extent.isValid()) map.fitBounds(extent);
    box.dataset.ready = "yes";
  });
})();
