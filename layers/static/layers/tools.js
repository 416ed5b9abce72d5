// The toolbar: zoom, full extent, what is here, nearest road, coordinates, measuring, printing.
"use strict";
window.imisMap = window.imisMap || {};

// A number in the page's language and digits.
imisMap.write = (value, digits) => {
  const lang = document.documentElement.lang === "bn" ? "bn-BD" : "en-IN";
  return new Intl.NumberFormat(lang, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
};

imisMap.scaleBar = (words) => new (L.Control.Scale.extend({
  _updateMetric(longest) {
    const metres = this._getRoundNum(longest);
    const text = metres < 1000 ? `${imisMap.write(metres, 0)} ${words.metre}` : `${imisMap.write(metres / 1000, 0)} ${words.kilometre}`;
    this._updateScale(this._mScale, text, metres / longest);
  },
}))({ imperial: false, position: "bottomright" });

// `does` holds what lies outside the toolbar: full, info(latlng), road(latlng) and print.
imisMap.tools = (map, does, words) => {
  const marks = L.layerGroup().addTo(map);
  const bar = document.querySelector(".map-tools");
  const dialog = document.getElementById("map-locate");
  const write = imisMap.write;
  let mode = "";
  let points = [];
  let drawn = null;

  const metres = (value) => (value < 1000 ? `${write(value, 1)} ${words.metre}` : `${write(value / 1000, 3)} ${words.kilometre}`);
  const square = (value) => (value < 100000 ? `${write(value, 1)} ${words.square_metre}` : `${write(value / 1e6, 4)} ${words.square_kilometre}`);

  function pick(next) {
    mode = mode === next ? "" : next;
    points = [];
    drawn = null;
    map.getContainer().classList.toggle("is-picking", Boolean(mode));
    map.doubleClickZoom[mode ? "disable" : "enable"]();
    for (const button of bar.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(button.dataset.tool === mode));
  }

  function point(latlng) {
    const text = `${write(latlng.lat, 6)}°, ${write(latlng.lng, 6)}°`;
    L.circleMarker(latlng, { radius: 7, color: "#0b3d91", fillOpacity: 0.35 }).addTo(marks)
      .bindTooltip(text, { permanent: true, direction: "top", className: "map-mark" });
  }

  // Where somebody asked what is here; the next question moves it.
  let asked = null;
  function spot(latlng) {
    if (asked) marks.removeLayer(asked);
    asked = L.circleMarker(latlng, { radius: 6, color: "#0b3d91", weight: 2, fillColor: "#fff", fillOpacity: 0.9 }).addTo(marks);
  }

  // The way to a road, dashed from here to there.
  let way = null;
  function lead(from, to) {
    if (way) marks.removeLayer(way);
    way = L.polyline([from, to], { color: "#0b3d91", weight: 3, dashArray: "6 5" }).addTo(marks);
    if (!map.getBounds().contains(to)) map.panTo(to);
  }

  function measure(latlng) {
    points.push(latlng);
    if (drawn) marks.removeLayer(drawn);
    const area = mode === "area" && points.length > 2;
    drawn = (area ? L.polygon(points, { color: "#0b3d91", weight: 2, fillOpacity: 0.12 }) : L.polyline(points, { color: "#0b3d91", weight: 3 })).addTo(marks);
    if (points.length < 2) { drawn = L.circleMarker(latlng, { radius: 4, color: "#0b3d91" }).addTo(marks); return; }
    const text = area ? square(imisMap.measure.area(points)) : metres(imisMap.measure.distance(points));
    drawn.bindTooltip(text, { permanent: true, className: "map-measure", direction: "center" });
    if (!area) drawn.openTooltip(latlng);
  }

  // True when a tool took the click.
  function click(latlng) {
    if (!mode) return false;
    if (mode === "info" || mode === "road") { spot(latlng); does[mode](latlng); }
    else if (mode === "coordinates") point(latlng);
    else measure(latlng);
    return true;
  }

  function locate() {
    dialog.returnValue = "";
    dialog.showModal();
  }
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "go") return;
    const [lat, lng] = ["map-lat", "map-lon"].map((id) => Number(latin(document.getElementById(id).value)));
    if (!(Math.abs(lat) <= 85) || !(Math.abs(lng) <= 180)) return;
    point(L.latLng(lat, lng));
    map.flyTo([lat, lng], 18, { duration: 0.6 });
  });
  // Bangla digits are as good as Latin ones.
  const latin = (text) => text.trim().replace(/[০-৯]/g, (digit) => "০১২৩৪৫৬৭৮৯".indexOf(digit));

  const acts = {
    "zoom-in": () => map.zoomIn(),
    "zoom-out": () => map.zoomOut(),
    full: does.full,
    info: () => pick("info"),
    road: () => pick("road"),
    print: () => { pick(""); does.print(); },
    coordinates: () => pick("coordinates"),
    locate,
    distance: () => pick("distance"),
    area: () => pick("area"),
    clear: () => { marks.clearLayers(); asked = way = null; pick(""); },
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (button) acts[button.dataset.tool]();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && mode) pick(""); });
  map.on("dblclick", () => { if (mode) pick(""); });
  return { click, lead };
};
