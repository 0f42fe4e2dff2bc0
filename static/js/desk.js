// Letters as shortcuts on the staff's queue and review page, larger pages, a history that loads
// where it is opened. Every page works without it.

const help = document.getElementById("keys");
const OFF = "desk-keys-off";
const isList = help?.dataset.keys === "list";

const rows = () => [...document.querySelectorAll(isList ? "#result_list .field-review_link a" : ".papers a.page")];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next.closest("details")?.setAttribute("open", "");
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function focusOn(selector) {
  const target = document.querySelector(selector);
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}

function open() {
  if (rows().includes(document.activeElement)) document.activeElement.click();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: open,
  a: () => focusOn("[name=act][value=qualify]"),
  r: () => focusOn("#text"),
  "?": () => {
    help.open = !help.open;
    if (help.open) focusOn("#keys summary");
  },
};

// Only where a letter means nothing else, and only inside the page's own work.
function isFree(event) {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (at.matches("input:not([type=checkbox], [type=radio]), textarea, select")) return false;
  return at === document.body || Boolean(at.closest("#changelist, .review, #keys"));
}

if (help) {
  help.hidden = false;
  const on = document.getElementById("keys_on");
  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  document.addEventListener("keydown", (event) => {
    const deed = keys[event.key];
    if (!deed || !on.checked || !isFree(event) || (isList && "ar".includes(event.key))) return;
    event.preventDefault();
    deed();
  });
}

// A page of a document becomes larger where it is.
document.addEventListener("click", (event) => {
  const page = event.target.closest?.(".papers a.page");
  if (!page || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  page.classList.toggle("large");
  page.scrollIntoView({ block: "nearest" });
});

// Parts that would delay the page are fetched after it, or when they are opened; without scripts
// their link leads there.
async function load(part) {
  if (part.dataset.loaded) return;
  part.dataset.loaded = "1";
  const answer = await fetch(part.dataset.load);
  if (!answer.ok) return;
  const inside = document.createElement("div");
  inside.innerHTML = await answer.text();
  part.querySelector("p").replaceWith(inside);
}

for (const part of document.querySelectorAll("[data-load]")) {
  if (part.matches("details")) part.addEventListener("toggle", () => part.open && load(part));
  else load(part);
}
