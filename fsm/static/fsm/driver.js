// The driver's page out of reach: what is entered is kept on the telephone and sent in order when it can be.
// Each form carries the id that the page made for it, so a note that arrives twice is recorded once. A note belongs to
// the driver who entered it; one that is refused for good is set aside with its reason, and the others go on.
"use strict";

const box = document.getElementById("outbox");
const aside = document.getElementById("aside");
const mine = box.dataset.user;
const language = document.documentElement.lang === "bn" ? "bn-BD" : "en-GB";
const EVERY = 15000;
// A server that fails on one note again and again will not take it: after so many tries it is set aside too.
const TRIES = 5;
const STALE = "imis-driver-stale";
let busy = false;

// IndexedDB keeps pictures too; localStorage would not.
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("imis-driver", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("notes", { autoIncrement: true });
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function store(mode, work) {
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction("notes", mode);
    const request = work(transaction.objectStore("notes"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
  });
}

const add = (note) => store("readwrite", (notes) => notes.add(note));
const put = (key, note) => store("readwrite", (notes) => notes.put(note, key));
const drop = (key) => store("readwrite", (notes) => notes.delete(key));
const keys = () => store("readonly", (notes) => notes.getAllKeys());
const read = (key) => store("readonly", (notes) => notes.get(key));

function csrf() {
  return document.querySelector("input[name=csrfmiddlewaretoken]").value;
}

// What the server said of a note: its words ("" when it took it), or null when the answer is not ours.
async function words(answer) {
  try {
    const { problem } = await answer.json();
    return typeof problem === "string" ? problem : null;
  } catch {
    return null;
  }
}

// "sent", "refused" (never will be), "fails" (the server stumbles over this one), "away" (out of reach) or "sign-in".
async function post(note) {
  const body = new FormData();
  for (const [name, value] of note.fields) body.append(name, value);
  body.set("csrfmiddlewaretoken", csrf());
  let answer;
  try {
    answer = await fetch(note.url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  } catch {
    return { outcome: "away" };
  }
  const { status } = answer;
  if (answer.type === "opaqueredirect" || status === 401) return { outcome: "sign-in" };
  const said = await words(answer);
  if (status === 200) return { outcome: said === "" ? "sent" : "away" };
  if (status === 403 && said === null) return forbidden();
  if (status < 400 || [408, 425, 429, 502, 503, 504].includes(status)) return { outcome: "away" };
  const problem = said || `${box.dataset.refused} (${status.toLocaleString(language)})`;
  return { outcome: status >= 500 ? "fails" : "refused", problem };
}

// A page older than the sign-in is refused for its old token, and so is who may not drive any more: the page tells which.
async function forbidden() {
  let page;
  try {
    page = await fetch(window.location.href, { redirect: "manual" });
  } catch {
    return { outcome: "away" };
  }
  if (page.type === "opaqueredirect") return { outcome: "sign-in" };
  if (page.ok && !sessionStorage.getItem(STALE)) {
    sessionStorage.setItem(STALE, "1");
    window.location.reload();
    return { outcome: "away" };
  }
  return { outcome: "refused", problem: `${box.dataset.refused} (${(403).toLocaleString(language)})` };
}

// Sends what this driver entered, oldest first. A job's later notes wait for its earlier ones, not for another job's.
async function flush() {
  if (busy) return;
  busy = true;
  let changed = false;
  let left = "";
  const held = new Set();
  try {
    for (const key of await keys()) {
      const note = await read(key);
      const job = note && note.url.replace(/[^/]+\/$/, "");
      if (!note || note.problem || note.owner !== mine || held.has(job)) continue;
      const { outcome, problem } = await post(note);
      if (outcome === "away" || outcome === "sign-in") {
        left = outcome;
        break;
      }
      const tries = (note.tries || 0) + 1;
      if (outcome === "fails" && tries < TRIES) {
        await put(key, { ...note, tries });
        held.add(job);
        left = outcome;
        continue;
      }
      if (outcome === "sent") {
        await drop(key);
        sessionStorage.removeItem(STALE);
      } else {
        await put(key, { ...note, problem });
      }
      changed = true;
    }
  } finally {
    busy = false;
  }
  if (changed && !left) window.location.reload();
  else await show(left);
}

// Says what waits on this telephone, and whose; lists what was refused.
async function show(left) {
  const others = new Map();
  const refused = [];
  let waiting = 0;
  for (const key of await keys()) {
    const note = await read(key);
    if (!note) continue;
    // Kept by a page that did not write down whose a note is: the driver who knows sends it again.
    if (!note.owner) refused.push([key, { ...note, problem: box.dataset.unknown }]);
    else if (note.owner !== mine) others.set(note.name, (others.get(note.name) || 0) + 1);
    else if (note.problem) refused.push([key, note]);
    else waiting += 1;
  }
  const lines = waiting && left ? [`${box.dataset.waiting} ${waiting.toLocaleString(language)}.`] : [];
  if (left === "sign-in") lines.push(box.dataset.signIn);
  for (const [name, count] of others) {
    lines.push(box.dataset.others.replaceAll("{name}", name).replace("{n}", count.toLocaleString(language)));
  }
  box.textContent = lines.join(" ");
  box.hidden = !lines.length;
  aside.querySelector("ul").replaceChildren(...refused.map(([key, note]) => entry(key, note)));
  aside.hidden = !refused.length;
}

function entry(key, note) {
  const row = aside.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector(".what").textContent = note.what || note.url;
  row.querySelector(".when").textContent = note.at ? new Date(note.at).toLocaleString(language) : "";
  row.querySelector(".why").textContent = note.problem;
  row.querySelector(".again").addEventListener("click", async () => {
    await put(key, { ...note, owner: mine, name: box.dataset.userName, problem: "", tries: 0 });
    await flush();
  });
  row.querySelector(".discard").addEventListener("click", async () => {
    if (!window.confirm(box.dataset.discard)) return;
    await drop(key);
    await show("");
  });
  return row;
}

// Shows the forms that fit the state a job will have once its notes are sent.
function arrange(job) {
  const loads = Number(job.dataset.loads);
  for (const part of job.querySelectorAll("[data-for]")) {
    const fits = part.dataset.for.split(" ").includes(job.dataset.state);
    part.hidden = !fits || ("needsLoad" in part.dataset && !loads) || ("noLoad" in part.dataset && loads > 0);
  }
}

async function keep(form) {
  const fields = [...new FormData(form)].map(([name, value]) =>
    name === "happened_at" ? [name, new Date().toISOString()] : [name, value]);
  const job = form.closest(".job");
  const volume = form.elements.volume ? ` · ${form.elements.volume.value}` : "";
  const what = `${job.dataset.number} · ${form.querySelector("button").textContent}${volume}`;
  await add({ url: form.action, fields, owner: mine, name: box.dataset.userName, what, at: Date.now() });
  if (form.dataset.then) job.dataset.state = form.dataset.then;
  if ("counts" in form.dataset) job.dataset.loads = Number(job.dataset.loads) + 1;
  for (const name of ["event_id", "photo_id"]) {
    if (form.elements[name]) form.elements[name].value = crypto.randomUUID ? crypto.randomUUID() : fallbackId();
  }
  for (const input of form.querySelectorAll("input:not([type=hidden])")) input.value = "";
  arrange(job);
  await flush();
}

// randomUUID is missing where the page came without TLS.
function fallbackId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("queue" in form.dataset) || event.defaultPrevented) return;
  event.preventDefault();
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  keep(form);
});

for (const job of document.querySelectorAll(".job")) arrange(job);
window.addEventListener("online", flush);
setInterval(flush, EVERY);
flush();
