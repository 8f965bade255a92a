// Files are sent as soon as they are chosen or dropped, each with its progress. Without this script the form sends them.
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-uploads]").forEach(prepare));

function prepare(box) {
  const input = box.querySelector("input[type=file]");
  const drop = box.querySelector(".drop");
  input.addEventListener("change", () => { [...input.files].forEach((file) => send(box, file)); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); [...event.dataTransfer.files].forEach((file) => send(box, file)); });
}

function send(box, file) {
  const row = document.createElement("li");
  const label = document.createElement("span");
  label.textContent = `${file.name} · ${box.dataset.sending}`;
  const bar = document.createElement("progress");
  bar.max = 1; bar.value = 0;
  row.append(label, bar);
  box.querySelector(".uploaded").append(row);
  const data = new FormData();
  data.append("files", file);
  data.append("csrfmiddlewaretoken", box.closest("form").querySelector("[name=csrfmiddlewaretoken]").value);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.address);
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  request.addEventListener("loadend", () => done(box, row, request));
  busy(box, 1);
  request.send(data);
}

function done(box, row, request) {
  busy(box, -1);
  let answer = {};
  try { answer = JSON.parse(request.responseText); } catch { /* not our answer: the sentence below says so */ }
  row.replaceChildren();
  if (request.status === 200 && answer.files) answer.files.forEach((file) => kept(row, file));
  else { row.className = "error"; row.textContent = (answer.errors || [box.dataset.failed]).join(" "); }
}

function kept(row, file) {
  const check = document.createElement("input");
  Object.assign(check, { type: "checkbox", name: "uploads", value: file.id, id: `upload-${file.id}`, checked: true });
  const label = document.createElement("label");
  label.htmlFor = check.id;
  label.textContent = `${file.name} `;
  const size = document.createElement("span");
  size.className = "quiet";
  size.textContent = file.size;
  label.append(size);
  row.append(check, label);
}

function busy(box, by) {
  const form = box.closest("form");
  form.dataset.uploading = Number(form.dataset.uploading || 0) + by;
  form.querySelectorAll(".buttons button").forEach((button) => { button.disabled = Number(form.dataset.uploading) > 0; });
}
