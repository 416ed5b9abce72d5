// Ward labels as page text: the browser shapes Bangla rightly, WebGL text does not.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.labels = (map, wards, words) => {
  const marks = new Map();
  for (const ward of wards) {
    const box = document.createElement("span");
    const number = document.createElement("b");
    const long = document.createElement("i");
    long.className = "long";
    long.textContent = `${words.ward} `;
    long.style.fontStyle = "normal";
    number.append(long, ward.written);
    const name = document.createElement("small");
    name.textContent = ward.name;
    box.append(number);
    if (!ward.name.includes(ward.written)) box.append(name);
    const icon = L.divIcon({ className: "ward-label", html: box, iconSize: [0, 0] });
    marks.set(ward.number, L.marker([ward.label[1], ward.label[0]], { icon, interactive: false, keyboard: false }).addTo(map));
  }
  const fit = () => {
    const zoom = map.getZoom();
    map.getContainer().dataset.names = zoom < 11.5 ? "none" : zoom < 13.5 ? "short" : zoom < 15 ? "middle" : "long";
  };
  map.on("zoomend", fit);
  fit();
  return {
    show(visible) {
      map.getContainer().classList.toggle("no-labels", !visible);
    },
    focus(number) {
      for (const [each, mark] of marks) {
        mark.getElement().classList.toggle("is-faint", Boolean(number) && each !== number);
      }
    },
  };
};
