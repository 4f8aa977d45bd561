// A file can be dropped onto the field that chooses one.
for (const zone of document.querySelectorAll("[data-ts-drop]")) {
  const field = zone.querySelector("input[type=file]");
  const mark = (over) => zone.classList.toggle("ts-over", over);
  zone.addEventListener("dragover", (event) => { event.preventDefault(); mark(true); });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
