// A save that is under way ends before its form is sent, and none begins afterwards: otherwise what one window saves by
// itself and what it sends would meet as two versions of the page. Without this file forms are sent at once.
const PATIENCE = 10_000; // milliseconds, after which the form is sent whatever has become of the save

for (const form of document.querySelectorAll("form[data-ts-autosave]")) {
  let isSaving = false; // there is never more than one: hx-sync queues them
  let isSent = false;
  let waiting = null; // what sends the form once the save has ended

  form.addEventListener("htmx:beforeRequest", (event) => {
    if (isSent || waiting) event.preventDefault();
    else isSaving = true;
  });
  form.addEventListener("htmx:afterRequest", () => {
    isSaving = false;
    waiting?.();
  });
  form.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (!isSaving || !button || !form.requestSubmit) {
        isSent = true;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (waiting) return;
      button.setAttribute("aria-disabled", "true");
      const timer = setTimeout(() => waiting(), PATIENCE);
      waiting = () => {
        clearTimeout(timer);
        waiting = null;
        isSaving = false;
        form.requestSubmit(button);
      };
    },
    { capture: true },
  );
  addEventListener("pageshow", (event) => {
    if (event.persisted) isSent = false;
  });
}
