// What JavaScript adds. Every page works without it.

const all = (selector, root = document) => root.querySelectorAll(selector);

// A menu closes when one clicks elsewhere, leaves it by Tab, or presses Escape.
const closeMenus = (except) =>
  all("details.menu[open]").forEach((menu) => menu.contains(except) || (menu.open = false));
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A link to a page that asks again opens the same question over this page.
document.addEventListener("click", (event) => {
  const dialog = document.getElementById(event.target.closest?.("[data-dialog]")?.dataset.dialog);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});

// Copying says so, in the button and to screen readers.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const words = button.innerHTML;
  button.textContent = button.dataset.copied;
  say(button.dataset.copied);
  setTimeout(() => (button.innerHTML = words), 4000);
});

function say(words) {
  let live = document.getElementById("live");
  if (!live) {
    live = document.createElement("div");
    live.id = "live";
    live.className = "visually-hidden";
    live.setAttribute("role", "status");
    document.body.append(live);
  }
  live.textContent = words;
}

// Filters apply themselves, unless htmx already does it for the form.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-autosubmit]:not([hx-get])")) form.requestSubmit();
});

// Filters are folded on a phone, so that the results are seen.
const phone = matchMedia("(max-width: 60rem)");
const foldFilters = () => all("details.filters:not(.folded)").forEach((part) => (part.open = !phone.matches));
phone.addEventListener("change", foldFilters);

function dress(root) {
  if (navigator.clipboard) all("[data-copy]", root).forEach((button) => (button.hidden = false));
  // A key that was shown hides itself again.
  all("[data-mask-after]", root).forEach((line) =>
    setTimeout(() => {
      line.querySelector("code").textContent = line.dataset.masked;
      all("button", line).forEach((button) => button.remove());
    }, line.dataset.maskAfter * 1000),
  );
}

function focusOn(root) {
  const target = root.querySelector("[data-focus]") ?? root.querySelector("h1, h2, h3");
  if (!target) return;
  target.tabIndex = -1;
  target.focus();
}

// After a swap that came from sending a form, the reader's place is what changed.
document.addEventListener("htmx:afterSettle", (event) => {
  dress(event.target);
  if (event.detail.requestConfig?.verb !== "get") focusOn(event.target);
});

// A form that was sent is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});

foldFilters();
dress(document);
document.querySelector(".error-summary")?.focus();
