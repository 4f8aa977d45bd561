// The signing folder: tick all, how many are ticked, and an honest word while they are signed; everything works without.
const form = document.querySelector("[data-ts-folder]");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=document]")];
  const all = form.querySelector("[data-ts-all]");
  const count = form.querySelector("[data-ts-count]");
  const busy = form.querySelector("[data-ts-busy]");
  const whole = all.querySelector("input");

  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    count.textContent = count.dataset.tsCount.replace("%", ticked);
    whole.checked = ticked === boxes.length;
    whole.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  whole.addEventListener("change", () => {
    for (const box of boxes) box.checked = whole.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  form.addEventListener("submit", () => {
    busy.hidden = !boxes.some((box) => box.checked);
  });
  addEventListener("pageshow", () => {
    busy.hidden = true;
    tell();
  });
  tell();
}
