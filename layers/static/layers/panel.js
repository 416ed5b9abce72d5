// The side panel (a bottom sheet on a phone): HTMX fills it, and a change told by it repaints the map.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.panel = (urls, onClose) => {
  const panel = document.getElementById("map-panel");
  const body = document.getElementById("map-panel-body");
  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    body.replaceChildren();
    onClose();
  }
  panel.querySelector(".map-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  body.addEventListener("click", (event) => {
    const chosen = event.target.closest(".map-holdings button");
    if (!chosen) return;
    for (const each of body.querySelectorAll(".map-holdings button")) each.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
  });
  function open(url) {
    panel.hidden = false;
    return htmx.ajax("GET", url, { target: "#map-panel-body", swap: "innerHTML" });
  }
  // The panel of a feature, by an address in which 0 stands for its id.
  const openFeature = (url, id) => open(url.replace(/\/0\//, `/${id}/`));
  return { close, open, openFeature, openBuilding: (id) => open(urls.building.replace(/0(?=\/?$)/, id)) };
};
