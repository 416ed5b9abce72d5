// The driver's page out of reach: what is entered is kept on the telephone and sent in order when it can be.
// Each form carries the id that the page made for it, so a note that arrives twice is recorded once.
"use strict";

const box = document.getElementById("outbox");
const EVERY = 15000;
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
const drop = (key) => store("readwrite", (notes) => notes.delete(key));
const keys = () => store("readonly", (notes) => notes.getAllKeys());
const read = (key) => store("readonly", (notes) => notes.get(key));

function say(text) {
  box.hidden = !text;
  box.textContent = text;
}

function csrf() {
  return document.querySelector("input[name=csrfmiddlewaretoken]").value;
}

// "sent", "refused" (never will be), "later" (out of reach) or "sign-in".
async function post(note) {
  const body = new FormData();
  for (const [name, value] of note.fields) body.append(name, value);
  body.set("csrfmiddlewaretoken", csrf());
  let answer;
  try {
    answer = await fetch(note.url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
  } catch {
    return { outcome: "later" };
  }
  if (answer.status === 200) return { outcome: "sent" };
  if (answer.status === 409) return { outcome: "refused", problem: (await answer.json()).problem };
  if (answer.type === "opaqueredirect" || answer.status === 403) return { outcome: "sign-in" };
  return { outcome: "later" };
}

// Sends what is kept, oldest first; true when nothing is left.
async function flush() {
  if (busy) return false;
  busy = true;
  let sent = 0;
  const problems = [];
  try {
    for (const key of await keys()) {
      const note = await read(key);
      const { outcome, problem } = await post(note);
      if (outcome === "later" || outcome === "sign-in") {
        const left = (await keys()).length.toLocaleString(document.documentElement.lang === "bn" ? "bn-BD" : "en");
        say(`${box.dataset.waiting} ${left}. ${outcome === "sign-in" ? box.dataset.signIn : ""}`);
        return false;
      }
      await drop(key);
      if (outcome === "sent") sent += 1;
      else problems.push(problem);
    }
  } finally {
    busy = false;
  }
  if (problems.length) {
    sessionStorage.setItem("imis-driver-problem", `${box.dataset.refused} ${problems.join(" ")}`);
  }
  if (sent || problems.length) window.location.reload();
  return true;
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
  await add({ url: form.action, fields });
  const job = form.closest(".job");
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
const problem = sessionStorage.getItem("imis-driver-problem");
if (problem) {
  sessionStorage.removeItem("imis-driver-problem");
  say(problem);
}
window.addEventListener("online", flush);
setInterval(flush, EVERY);
flush();
