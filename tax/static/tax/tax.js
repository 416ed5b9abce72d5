// The desk with a keyboard and a queue; each page works without this file.
"use strict";
const bangla = document.documentElement.lang === "bn";
const takaText = (n) => `৳\u00a0${new Intl.NumberFormat(bangla ? "bn-BD" : "en-IN").format(n)}`;

// Whole taka as a clerk types them, in either script, with or without commas; NaN for anything else.
function taka(text) {
  const latin = text.replace(/[০-৯]/g, (d) => d.charCodeAt(0) - 0x09e6).replace(/[\s,৳]/g, "").replace(/\/-$/, "");
  return /^\d{1,12}$/.test(latin) ? Number(latin) : NaN;
}

// Pay page: what is to be taken, and what is given back.
const pay = document.querySelector("form.pay");
if (pay) {
  const typed = pay.querySelector("#id_amount");
  const given = pay.querySelector("#given");
  const toTake = () => {
    const choice = pay.querySelector("input[name=plan]:checked");
    return choice.value === "amount" ? taka(typed.value) : Number(choice.dataset.amount);
  };
  const show = () => {
    const amount = taka(typed.value);
    pay.querySelector("[data-typed]").textContent = Number.isNaN(amount) ? "–" : takaText(amount);
    const back = taka(given.value) - toTake();
    pay.querySelector("output").textContent = back >= 0 ? takaText(back) : "–";
  };
  given.closest(".give-back").hidden = false;
  // The amount typed is the amount taken: typing chooses it, choosing an offer empties it.
  typed.addEventListener("input", () => {
    if (typed.value) pay.querySelector("#plan-amount").checked = true;
  });
  pay.addEventListener("change", (event) => {
    if (event.target.name === "plan" && event.target.value !== "amount") typed.value = "";
  });
  pay.addEventListener("input", show);
  pay.addEventListener("change", show);
  // Enter goes on to the next box, and only the button takes the money: a bounced key must not.
  pay.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    if (event.repeat) return;
    const amount = event.target.id === "plan-amount" ? typed : null;
    const next = event.target.name === "plan" || event.target === typed ? given : pay.querySelector(".till button");
    (amount || next).focus();
  });
  show();
  if (pay.querySelector(".field.wrong #id_amount")) typed.focus();
}

// One key for the next step: <a data-key="KeyN">, where nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.code)}"]`);
  if (link) link.click();
});

// The search box is ready for the next number: typing replaces the old one.
document.querySelector("#id_q[autofocus]")?.select();

// A browser writes dates as its own country does; the words leave no doubt about day and month.
for (const field of document.querySelectorAll("input[type=date]")) {
  const said = document.createElement("span");
  said.className = "day-said";
  const say = () => {
    const day = field.valueAsDate;
    const style = { dateStyle: "long", timeZone: "UTC" };
    said.textContent = day ? new Intl.DateTimeFormat(bangla ? "bn-BD" : "en-GB", style).format(day) : "";
  };
  field.after(said);
  field.addEventListener("input", say);
  say();
}

// Ticking a page of proposals at once.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.tickAll}"]:enabled`)) box.checked = all.checked;
  });
}
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches?.("details.reject")) event.target.querySelector("[name=reason]").focus();
}, true);
