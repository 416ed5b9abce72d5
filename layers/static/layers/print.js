// The sheet of paper: the map as it stands, with title, scale bar, legend and date, to print or to save as PDF.
// WebGL leaves no picture for paper, so the sheet carries a picture taken of the map at twice its size on the screen.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.sheet = (map, vector) => {
  const sheet = document.getElementById("map-sheet");
  const bar = document.getElementById("map-sheet-bar");
  const title = document.getElementById("map-sheet-title");
  const frame = document.getElementById("map-sheet-frame");
  const key = document.getElementById("map-sheet-key");
  const scale = document.getElementById("map-sheet-scale");
  const north = document.getElementById("map-sheet-north");
  const home = map.getContainer().parentElement;
  const next = map.getContainer().nextSibling;
  let picture = null;
  let before = null;

  function legend() {
    const shown = new Set([...document.querySelectorAll("#map-key .map-legend:not([hidden])")].map((each) => `${each.dataset.layer}/${each.dataset.min}`));
    for (const part of key.querySelectorAll(".map-legend")) part.hidden = !shown.has(`${part.dataset.layer}/${part.dataset.min}`);
  }

  // Metres on the ground for a metre on paper; a CSS pixel is 1/96 inch there.
  function denominator() {
    const size = map.getSize();
    const ends = [[0, size.y / 2], [100, size.y / 2]].map((point) => map.containerPointToLatLng(point));
    const exact = (imisMap.measure.distance(ends) / 100) * (96 / 0.0254);
    const unit = 10 ** (Math.floor(Math.log10(exact)) - 2);
    return Math.round(exact / unit) * unit;
  }

  async function photograph() {
    const gl = vector.gl;
    const sharp = gl.getPixelRatio();
    gl.setPixelRatio(2);
    await new Promise((done) => { gl.once("idle", done); gl.triggerRepaint(); });
    const taken = await new Promise((done) => {
      gl.once("render", () => done(gl.getCanvas().toDataURL("image/png")));
      gl.triggerRepaint();
    });
    gl.setPixelRatio(sharp);
    const canvas = gl.getCanvas();
    picture = document.createElement("img");
    picture.className = "map-photo";
    picture.alt = "";
    picture.src = taken;
    await picture.decode();
    canvas.parentElement.prepend(picture);
    Object.assign(picture.style, { width: canvas.style.width, height: canvas.style.height });
  }

  async function fill() {
    if (picture) picture.remove();
    picture = null;
    sheet.dataset.ready = "";
    map.invalidateSize({ animate: false });
    legend();
    scale.textContent = `১ : ${new Intl.NumberFormat("bn-BD").format(denominator())} · 1 : ${new Intl.NumberFormat("en-IN").format(denominator())}`;
    await photograph();
    sheet.dataset.ready = "yes";
  }

  async function open() {
    if (!sheet.hidden) return;
    const centre = map.getCenter();
    before = [centre, map.getZoom()];
    sheet.hidden = false;
    document.body.classList.add("is-paper");
    frame.append(map.getContainer());
    map.invalidateSize({ animate: false, pan: false });
    map.setView(...before, { animate: false });
    north.hidden = false;
    await fill();
  }

  function close() {
    if (sheet.hidden) return;
    if (picture) picture.remove();
    picture = null;
    sheet.hidden = true;
    document.body.classList.remove("is-paper");
    home.insertBefore(map.getContainer(), next);
    map.invalidateSize({ animate: false, pan: false });
    map.setView(...before, { animate: false });
  }

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paper]");
    if (!button) return;
    if (button.dataset.paper === "print") window.print();
    if (button.dataset.paper === "close") close();
    if (button.dataset.paper === "turn") { sheet.classList.toggle("is-upright"); fill(); }
  });
  title.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  return { open };
};
