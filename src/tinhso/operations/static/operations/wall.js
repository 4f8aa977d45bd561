// One slide after the other; after the last one the page fetches itself. Without scripts all slides stand below one another.
const wall = document.querySelector("#wall");
const find = (name) => document.querySelector(`[${name}]`);
const slides = () => [...wall.querySelectorAll("[data-slide]")];
let shown = 0;
let paused = false;

function show() {
  slides().forEach((slide, number) => { slide.hidden = number !== shown; });
}

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
  } catch {
    find("data-lost").hidden = false;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#wall");
  find("data-lost").hidden = true;
  find("data-signed-out").hidden = Boolean(fresh);
  if (!fresh) return;
  wall.replaceChildren(...fresh.children);
  document.querySelector("#wall-age").replaceWith(page.querySelector("#wall-age"));
  document.querySelector("header").replaceWith(page.querySelector("header"));
}

async function next() {
  shown += 1;
  if (shown >= slides().length) {
    await refresh();
    shown = 0;
  }
  show();
}

find("data-controls").hidden = false;
find("data-next").addEventListener("click", next);
find("data-pause").addEventListener("click", (event) => {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", String(paused));
});
setInterval(() => { if (!paused) next(); }, Number(wall.dataset.seconds) * 1000);
show();
