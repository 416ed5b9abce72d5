// Puts the page together. Words and addresses come from the template, the drawing from the layer catalogue.
"use strict";

(async () => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("map-data");
  const words = read("map-words");
  const [west, south, east, north] = data.bounds;
  const extent = L.latLngBounds([south, west], [north, east]);
  const notice = document.getElementById("map-notice");
  const key = document.getElementById("map-key");
  const wardSelect = document.getElementById("map-ward");
  const narrow = window.matchMedia("(max-width: 700px)");
  if (narrow.matches) key.open = false;

  function trouble(kind) {
    notice.hidden = !kind;
    notice.textContent = kind ? words[kind] : "";
  }

  const map = L.map("map", { zoomControl: false, minZoom: 9, maxZoom: 20, maxBounds: extent.pad(1.5), zoomSnap: 0.5, wheelPxPerZoomLevel: 90 });
  map.attributionControl.setPrefix(false);
  const whole = { paddingTopLeft: [8, narrow.matches ? 62 : 8], paddingBottomRight: [8, 24] };
  const came = location.hash.slice(1).split("/").map(Number);
  if (came.length >= 3 && came.every(Number.isFinite)) map.setView([came[1], came[2]], came[0]);
  else map.fitBounds(extent, whole);
  imisMap.scaleBar(words).addTo(map);
  if (data.basemap.url) L.tileLayer(data.basemap.url, { attribution: data.basemap.attribution, maxZoom: 20, opacity: 0.6 }).addTo(map);
  const labels = imisMap.labels(map, data.wards, words);
  const tools = imisMap.tools(map, {
    full: () => map.fitBounds(extent, whole),
    info: (latlng) => ask(data.urls.info, latlng),
    road: (latlng) => ask(data.urls.road, latlng),
    print: () => sheet.open(),
  }, words);

  let vector;
  try {
    vector = await imisMap.vector(map, data, trouble);
  } catch (error) {
    trouble(/webgl/i.test(String(error && error.message)) ? "webgl" : "session");
    throw error;
  }
  let selected = [];
  const mark = (ids) => { selected = ids; vector.select(ids); };
  const panel = imisMap.panel(data.urls, () => { mark([]); remember(); });
  const sheet = imisMap.sheet(map, vector);

  // Asks the server about a point; the layers that are shown go along.
  function ask(address, latlng, only) {
    const url = new URL(address, document.baseURI);
    const shown = only ? [only] : boxes.filter((box) => box.checked).map((box) => box.value);
    url.search = new URLSearchParams({ lat: latlng.lat.toFixed(7), lng: latlng.lng.toFixed(7), zoom: vector.tileZoom(), layers: shown.join(",") });
    mark([]);
    return panel.open(url.pathname + url.search);
  }
  document.body.addEventListener("htmx:afterSwap", () => {
    const way = document.querySelector("#map-panel .map-way:not([data-drawn])");
    if (!way) return;
    way.dataset.drawn = "yes";
    const [lat, lng, toLat, toLng] = way.dataset.way.split(",").map(Number);
    tools.lead([lat, lng], [toLat, toLng]);
  });

  // The switcher and its legend.
  const boxes = [...key.querySelectorAll("input:not([type=range])")];
  function drawKey() {
    const zoom = vector.tileZoom();
    const on = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    for (const part of key.querySelectorAll(".map-legend")) {
      part.hidden = !on.has(part.dataset.layer) || zoom < Number(part.dataset.min) || zoom > Number(part.dataset.max);
    }
    for (const part of key.querySelectorAll("[data-legend-below]")) part.hidden = zoom >= Number(part.dataset.legendBelow);
  }
  function applySwitches() {
    for (const box of boxes) {
      vector.show(box.value, box.checked);
      if (box.value === "wards") labels.show(box.checked);
    }
    mark(selected);
    drawKey();
  }
  key.addEventListener("change", applySwitches);
  key.addEventListener("input", (event) => {
    const slider = event.target.closest("[data-fade]");
    if (slider) vector.fade(slider.dataset.fade, Number(slider.value) / 100);
  });
  map.on("zoomend", () => requestAnimationFrame(drawKey));
  applySwitches();

  wardSelect.addEventListener("change", () => {
    const number = Number(wardSelect.value) || 0;
    const ward = data.wards.find((each) => each.number === number);
    vector.onlyWard(number);
    labels.focus(number);
    const bounds = ward ? L.latLngBounds([ward.bounds[1], ward.bounds[0]], [ward.bounds[3], ward.bounds[2]]) : extent;
    map.flyToBounds(bounds, { duration: 0.6, ...whole });
  });

  function open(id, ids) {
    mark(ids || [id]);
    panel.openBuilding(id);
    remember();
  }
  // A point stands above the building that it belongs to; without a panel of its own its layer tells what is there.
  function openPoint(point, latlng) {
    mark([]);
    if (data.panels[point.layer]) panel.openFeature(data.panels[point.layer], point.id);
    else ask(data.urls.info, latlng, point.layer);
    remember();
  }
  map.on("click", (event) => {
    if (tools.click(event.latlng)) return;
    const point = vector.pointAt(event.latlng);
    if (point) { openPoint(point, event.latlng); return; }
    const building = vector.buildingAt(event.latlng);
    if (building) open(building.id);
    else panel.close();
  });

  // The place and the open building stand in the address: going back from a payment finds both.
  function remember() {
    const at = map.getCenter();
    const parts = [map.getZoom(), at.lat.toFixed(6), at.lng.toFixed(6), ...selected.slice(0, 1)];
    history.replaceState(null, "", `#${parts.join("/")}`);
  }
  map.on("moveend", remember);
  let looking = 0;
  map.on("mousemove", (event) => {
    // Not while the map is dragged: the search among thousands of shapes would cost more than the frame itself.
    if (looking || map.dragging.moving()) return;
    looking = requestAnimationFrame(() => {
      looking = 0;
      map.getContainer().classList.toggle("is-over", Boolean(vector.pointAt(event.latlng) || vector.buildingAt(event.latlng)));
    });
  });

  async function goTo(holding) {
    const answer = await fetch(data.urls.place.replace("/0/", `/${holding.id}/`), { credentials: "same-origin" });
    const place = answer.ok ? await answer.json() : { buildings: [] };
    if (!place.buildings.length) { trouble("unplaced"); return; }
    trouble(null);
    const [w, s, e, n] = place.bounds;
    map.fitBounds([[s, w], [n, e]], { maxZoom: 18.5, padding: [40, 40] });
    open(place.buildings[0], place.buildings);
  }
  imisMap.search(data.urls, words, () => wardSelect.value, goTo);

  // A payment in the panel (or anywhere on the page) repaints the buildings.
  document.body.addEventListener("imis:holding-changed", () => vector.refresh());
  window.addEventListener("pageshow", (event) => { if (event.persisted) vector.refresh(); });

  const asked = new URLSearchParams(location.search).get("holding");
  if (asked) await goTo({ id: asked });
  else if (came.length === 4) open(Number(came[3]));
  // Sums of a whole ward or square may lag; whoever looks asks for a fresh count, the server decides.
  fetch(data.urls.count, { method: "POST", credentials: "same-origin", headers: JSON.parse(document.body.getAttribute("hx-headers")) })
    .then((answer) => { if (answer.status === 202) setTimeout(() => vector.refresh(), 8000); }, () => {});
  imisMap.current = { map, vector };
  map.getContainer().dataset.ready = "yes";
})();
