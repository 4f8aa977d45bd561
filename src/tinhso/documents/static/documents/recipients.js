// Recipients: found while typing, groups ticked at once, how many are ticked; everything works without, by the server.
const form = document.querySelector("[data-ts-recipients]");
if (form) {
  const search = form.querySelector("input[type=search]");
  const count = form.querySelector("[data-ts-count]");
  const nothing = form.querySelector("[data-ts-nothing]");
  const groups = [...form.querySelectorAll("[data-ts-group]")];
  const plain = (text) => text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "");
  const boxes = (inside) => [...inside.querySelectorAll("input[name=recipients]")];
  const tell = () => {
    count.textContent = count.dataset.tsCount.replace("%", boxes(form).filter((box) => box.checked).length);
  };
  const find = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    for (const group of groups) {
      for (const box of boxes(group)) {
        box.closest("li").hidden = !box.checked && !words.every((word) => box.dataset.tsFind.includes(word));
      }
      group.hidden = !boxes(group).some((box) => !box.closest("li").hidden);
      if (words.length) group.querySelector("details").open = true;
    }
    nothing.hidden = groups.some((group) => !group.hidden);
  };

  form.querySelector("[name=find]").hidden = true;
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  form.addEventListener("change", tell);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=tick]");
    if (!button) return;
    event.preventDefault();
    const seen = boxes(button.closest("[data-ts-group]")).filter((box) => !box.closest("li").hidden);
    const wanted = seen.some((box) => !box.checked);
    for (const box of seen) box.checked = wanted;
    button.closest("[data-ts-group]").querySelector("details").open = true;
    tell();
  });
  addEventListener("pageshow", tell);
  tell();
}
