// A form is sent once, a destructive one is asked about once, and an open menu closes with Escape.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  });
});

document.addEventListener("DOMContentLoaded", () => {
  const named = location.hash.slice(1) && document.getElementById(location.hash.slice(1));
  if (named && named.matches("details")) named.open = true;
  const wrong = document.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
});
