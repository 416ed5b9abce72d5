// The counter: typing another amount chooses it, so that the amount typed is the amount taken.
"use strict";
document.addEventListener("input", (event) => {
  if (event.target.id !== "id_amount" || !event.target.value) return;
  const choice = event.target.closest(".offer").querySelector("input[type=radio]");
  choice.checked = true;
});
