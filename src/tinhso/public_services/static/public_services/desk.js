// The inbox by keyboard; everything works without this file, and the keys can be switched off in the help.
const rows = [...document.querySelectorAll("[data-ts-row]")];
const help = document.querySelector("[data-ts-help]");
const button = document.querySelector("[data-ts-help-button]");
const wanted = document.querySelector("[data-ts-keys]");
const KEY = "ts-desk-keys";

wanted.checked = localStorage.getItem(KEY) !== "off";
wanted.addEventListener("change", () => localStorage.setItem(KEY, wanted.checked ? "on" : "off"));
button.hidden = false;
button.addEventListener("click", () => help.showModal());

const here = () => rows.findIndex((row) => row.contains(document.activeElement));
const go = (place) => rows[Math.max(0, Math.min(place, rows.length - 1))]?.querySelector("th a")?.focus();
const tick = () => {
  const box = rows[here()]?.querySelector("input[type=checkbox]");
  if (box) box.checked = !box.checked;
};
const acts = {
  j: () => go(here() + 1),
  k: () => go(Math.max(0, here() - 1)),
  x: tick,
  "/": () => document.querySelector("#q")?.focus(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (!wanted.checked || help.open || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("textarea, select, input:not([type=checkbox])")) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
