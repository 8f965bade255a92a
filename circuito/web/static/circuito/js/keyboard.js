// The keyboard first: "/" search, "c" new, "j" and "k" through a list, Enter opens, "g" home, "?" help.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { "/": search, j: () => move(1), k: () => move(-1), Enter: open, g: home }[event.key] || link(event.key);
  if (act && act() !== false) event.preventDefault();
});

function search() {
  const field = document.getElementById("search");
  if (field && field.offsetParent) { field.focus(); field.select(); } else { location.assign(document.querySelector(".find").href); }
}

function home() { location.assign(document.body.dataset.home); }

function link(key) {
  const found = [...document.querySelectorAll("a[data-key]")].find((each) => each.dataset.key === key);
  return found && (() => found.click());
}

function rows() { return [...document.querySelectorAll("table[data-list] tbody tr")]; }

function move(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("chosen"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  all.forEach((row) => row.classList.toggle("chosen", row === next));
  next.scrollIntoView({ block: "nearest" });
}

function open() {
  const chosen = document.querySelector("tr.chosen .title a");
  if (!chosen || document.activeElement !== document.body) return false;
  chosen.click();
}
