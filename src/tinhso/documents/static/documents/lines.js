// Lists of documents by keyboard: the arrows go from line to line while the focus is on one; everything works without.
for (const table of document.querySelectorAll("[data-ts-lines]")) {
  const links = [...table.querySelectorAll("tbody th a")];
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = links.indexOf(document.activeElement);
    if (!step || here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    links[Math.max(0, Math.min(here + step, links.length - 1))].focus();
  });
}
