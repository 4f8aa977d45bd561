// Charts become interactive on request; everything works without this file.
for (const button of document.querySelectorAll("[data-ts-chart]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const holder = document.getElementById(button.dataset.tsChart);
    const spec = JSON.parse(document.getElementById(button.dataset.tsSpec).textContent);
    button.disabled = true;
    await import(button.dataset.tsBundle);
    await window.tinhsoChart(holder, spec);
    button.hidden = true;
  });
}
