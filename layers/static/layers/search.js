// Search by holding number, owner or mobile: a list of holdings; choosing one flies there and opens its building.
"use strict";
window.imisMap = window.imisMap || {};

imisMap.search = (urls, words, wardNumber, choose) => {
  const form = document.getElementById("map-search");
  const input = document.getElementById("map-q");
  const list = document.getElementById("map-results");
  let timer = 0;
  let asked = null;

  function line(result) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const title = document.createElement("strong");
    title.textContent = result.title;
    const more = document.createElement("small");
    more.textContent = result.subtitle;
    button.append(title, more);
    button.addEventListener("click", () => { list.hidden = true; choose(result); });
    item.append(button);
    return item;
  }

  function note(text) {
    const item = document.createElement("li");
    item.className = "empty";
    item.textContent = text;
    return item;
  }

  async function run() {
    const text = input.value.trim();
    if (asked) asked.abort();
    if (text.length < 2) { list.hidden = true; return; }
    asked = new AbortController();
    const url = new URL(urls.search, document.baseURI);
    url.searchParams.set("q", text);
    if (wardNumber()) url.searchParams.set("ward", wardNumber());
    try {
      const answer = await fetch(url, { credentials: "same-origin", signal: asked.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { results } = await answer.json();
      list.replaceChildren(...(results.length ? results.map(line) : [note(words.nothing)]));
    } catch (error) {
      if (error.name === "AbortError") return;
      list.replaceChildren(note(words.failed));
    }
    list.hidden = false;
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 220); });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); run(); });
  document.addEventListener("click", (event) => { if (!event.target.closest(".map-find")) list.hidden = true; });
  form.parentElement.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("button")];
    const place = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") list.hidden = true;
    if (!step || place < 0 || list.hidden) return;
    event.preventDefault();
    stops[Math.min(Math.max(place + step, 0), stops.length - 1)].focus();
  });
};
