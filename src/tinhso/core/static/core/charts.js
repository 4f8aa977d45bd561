// A chart becomes interactive on request: the same specification that drew the picture, run in the browser.
const bundles = new Map();

function loaded(address) {
  if (!bundles.has(address)) bundles.set(address, import(address));
  return bundles.get(address);
}

for (const button of document.querySelectorAll("[data-ts-chart]")) {
  const figure = document.getElementById(button.dataset.tsChart);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const picture = figure.querySelector("img");
    button.disabled = true;
    try {
      const [answer] = await Promise.all([
        fetch(picture.currentSrc.replace(/\.svg$/, ".json")),
        loaded(button.dataset.tsBundle),
      ]);
      const place = document.createElement("div");
      await window.tinhsoChart(place, await answer.json());
      figure.querySelector("picture").replaceWith(place);
      button.hidden = true;
    } catch {
      button.disabled = false;
    }
  });
}
