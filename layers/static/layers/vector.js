// The WebGL layer: style from the server, switching, ward filter, selection, refreshing, and the tile pass.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.vector = async (map, data, onTrouble) => {
  const RENEW_EVERY = 4 * 60 * 1000;
  const SELECTED = "selected";
  const absolute = (url) => new URL(url, document.baseURI).href.replaceAll("%7B", "{").replaceAll("%7D", "}");

  async function fetchStyle() {
    const answer = await fetch(data.urls.style, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) throw new Error(`style ${answer.status}`);
    const style = await answer.json();
    for (const source of Object.values(style.sources)) source.tiles = source.tiles.map(absolute);
    return style;
  }

  const style = await fetchStyle();
  const filters = new Map(style.layers.map((layer) => [layer.id, layer.filter]));
  const grounds = style.layers.filter((layer) => layer.metadata.layer === "wards" && layer.type === "fill");
  maplibregl.setWorkerUrl(absolute(map.getContainer().dataset.worker));
  const bridge = L.maplibreGL({
    style, interactive: false, attributionControl: false, fadeDuration: 0, maxTileCacheSize: 200,
    canvasContextAttributes: { antialias: false },
  }).addTo(map);
  const gl = bridge.getMaplibreMap();
  await new Promise((resolve) => (gl.isStyleLoaded() ? resolve() : gl.once("load", resolve)));
  if (data.basemap.url) grounds.forEach((layer) => gl.setPaintProperty(layer.id, "fill-opacity", 0.15));

  let renewed = Date.now();
  let renewing = null;
  function renew() {
    renewing = renewing || fetchStyle().then(() => { renewed = Date.now(); onTrouble(null); }, () => onTrouble("session"))
      .finally(() => { renewing = null; });
    return renewing;
  }
  window.setInterval(() => { if (!document.hidden) renew(); }, RENEW_EVERY);
  document.addEventListener("visibilitychange", () => {
    // Somebody may have paid in another window meanwhile.
    if (!document.hidden) (Date.now() - renewed > RENEW_EVERY ? renew() : Promise.resolve()).then(() => refresh());
  });
  gl.on("error", (event) => {
    const status = event.error && event.error.status;
    if (status === 403 && Date.now() - renewed > 20000) renew().then(() => refresh());
    else if (status !== 403) onTrouble("tiles");
  });

  function refresh(names) {
    for (const name of names || Object.keys(style.sources)) gl.refreshTiles(name);
  }

  // Multiplies the style's own opacities, which may change with the zoom.
  function fade(name, share) {
    const times = (value) => (typeof value === "number" ? value * share
      : value.map((each, place) => (place > 3 && place % 2 === 0 ? each * share : each)));
    for (const layer of style.layers) {
      if (layer.metadata.layer !== name) continue;
      const property = `${layer.type}-opacity`;
      gl.setPaintProperty(layer.id, property, times(layer.paint[property] ?? 1));
    }
  }

  function show(name, visible) {
    for (const layer of style.layers) {
      if (layer.metadata.layer === name) gl.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
    }
  }

  // Only one ward's features; the other wards' ground is dimmed.
  function onlyWard(number) {
    const here = ["==", ["get", "ward"], number];
    for (const layer of style.layers) {
      if (layer.metadata.layer === "wards") continue;
      const base = filters.get(layer.id);
      gl.setFilter(layer.id, number ? (base ? ["all", base, here] : here) : base || null);
    }
    for (const layer of grounds) {
      const plain = layer.paint["fill-color"];
      gl.setPaintProperty(layer.id, "fill-color", number ? ["case", here, plain, "#e7e2d7"] : plain);
    }
  }

  function featureBands() {
    return style.layers.filter((layer) => layer.type === "fill" && layer.maxzoom === undefined && layer.metadata.layer !== "wards");
  }

  function select(ids) {
    for (const band of featureBands()) {
      const id = `${SELECTED}:${band.metadata.layer}`;
      if (!gl.getLayer(id)) {
        gl.addLayer({
          id, type: "line", source: band.source, "source-layer": band["source-layer"], minzoom: band.minzoom,
          layout: { "line-join": "round" }, paint: { "line-color": "#0b3d91", "line-width": 3 },
        });
      }
      gl.setFilter(id, ["in", ["id"], ["literal", ids]]);
      const visible = gl.getLayoutProperty(band.id, "visibility");
      gl.setLayoutProperty(id, "visibility", visible || "visible");
    }
  }

  // The building under a point of the map, or undefined.
  function buildingAt(latlng) {
    const point = gl.project([latlng.lng, latlng.lat]);
    const layers = featureBands().map((band) => band.id);
    return gl.queryRenderedFeatures(point, { layers })[0];
  }

  // The topmost point within a finger's reach of a place, or undefined: {layer, id}.
  function pointAt(latlng) {
    const { x, y } = gl.project([latlng.lng, latlng.lat]);
    const layers = style.layers.filter((layer) => layer.type === "circle" && gl.getLayer(layer.id)).map((layer) => layer.id);
    const [found] = gl.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers });
    return found && { layer: found.layer.metadata.layer, id: found.id };
  }

  // The zoom of the tiles that are drawn now.
  const tileZoom = () => Math.floor(gl.getZoom() + 1e-6);

  return { gl, show, fade, onlyWard, select, buildingAt, pointAt, refresh, tileZoom };
};
