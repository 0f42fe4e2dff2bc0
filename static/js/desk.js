// Letters as shortcuts on the staff's queue and review page. Every page works without them.

const help = document.getElementById("keys");
const list = document.getElementById("result_list");
const OFF = "desk-keys-off";

function rows() {
  if (help.dataset.keys === "list") return [...(list?.querySelectorAll("tbody th a, tbody td.field-review_link a") ?? [])];
  return [...document.querySelectorAll(".paper-page, [data-page]")];
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next.matches("a")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => (help.dataset.keys === "list" ? document.activeElement.closest?.("tr")?.querySelector("a")?.click() : enlarge()),
  a: () => focusOn("[name=act][value=qualify]"),
  r: () => focusOn("#text"),
  "?": () => {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

function focusOn(selector) {
  const target = document.querySelector(selector);
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}

function enlarge() {
  document.activeElement.closest?.("[data-page]")?.classList.toggle("large");
}

// Only where the letters mean nothing else, and only inside the page's own work.
function isFree(event) {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (at.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return false;
  return at === document.body || Boolean(at.closest("#changelist, .review, #keys"));
}

if (help) {
  help.hidden = false;
  const on = document.getElementById("keys_on");
  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  document.addEventListener("keydown", (event) => {
    const deed = keys[event.key];
    if (!deed || !on.checked || !isFree(event)) return;
    event.preventDefault();
    deed();
  });
}
