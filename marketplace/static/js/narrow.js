// A list is narrowed without leaving it: the same addresses as without JavaScript, fetched, and the list put in place.
// Focus, open facets, what is typed and what is ticked for comparison stay as they were.

const MOST_COMPARED = 6;
const TYPING_MS = 350;
const list = document.querySelector("[data-list]");
const status = document.querySelector("[data-list-status]");
const picked = new Set();
let under_way = null;
let typing = 0;

const form = () => list.querySelector("#narrow");

function addressOf(data) {
  const wanted = new URLSearchParams([...data].filter(([, value]) => value !== ""));
  return wanted.size ? `?${wanted}` : location.pathname;
}

async function go(address, { remember = true } = {}) {
  clearTimeout(typing);
  under_way?.abort();
  const controller = (under_way = new AbortController());
  list.classList.add("is-busy");
  try {
    const response = await fetch(address, { signal: controller.signal });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (remember) history.pushState(null, "", address);
    show(page);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
    return;
  } finally {
    if (under_way === controller) list.classList.remove("is-busy");
  }
}

function show(page) {
  const open = new Map([...list.querySelectorAll("[data-facet]")].map((one) => [one.dataset.facet, one.open]));
  const filters = list.querySelector("#show-filters").checked;
  const focus = focused();
  list.replaceChildren(...page.querySelector("[data-list]").childNodes);
  document.title = page.title;
  for (const link of document.querySelectorAll(".languages a")) {
    link.href = page.querySelector(`.languages a[lang="${link.lang}"]`)?.getAttribute("href") ?? link.href;
  }
  for (const one of list.querySelectorAll("[data-facet]")) one.open = open.get(one.dataset.facet) ?? one.open;
  list.querySelector("#show-filters").checked = filters;
  prepare();
  refocus(focus);
  status.textContent = list.querySelector("#list-count").textContent;
}

// What had the focus, as it can be found again in the new list.
function focused() {
  const one = document.activeElement;
  if (!list.contains(one)) return null;
  const typed = one.matches("[type=search]") ? { value: one.value, at: one.selectionStart } : null;
  if (one.id) return { selector: `#${CSS.escape(one.id)}`, typed };
  if (one.name) return { selector: `[name="${CSS.escape(one.name)}"][value="${CSS.escape(one.value)}"]`, typed };
  return { selector: "#list-sort", typed };
}

function refocus(focus) {
  const one = focus && list.querySelector(focus.selector);
  if (!one) return;
  if (focus.typed) {
    one.value = focus.typed.value;
    one.setSelectionRange(focus.typed.at, focus.typed.at);
  }
  one.focus({ preventScroll: true });
}

// Boxes of rows that are ticked, also those on other pages of the list.
function prepare() {
  form().classList.add("is-ready");
  const compare = list.querySelector("#compare");
  if (!compare) return;
  const here = [...list.querySelectorAll("input[name=channel]")].filter((one) => one.type === "checkbox");
  for (const box of here) {
    box.checked = picked.has(box.value);
    box.disabled = !box.checked && picked.size >= MOST_COMPARED;
  }
  const shown = new Set(here.map((box) => box.value));
  compare.replaceChildren(...[...picked].filter((slug) => !shown.has(slug)).map(hidden));
  const button = list.querySelector("[data-compare]");
  button.textContent = picked.size ? `${button.dataset.compare} (${picked.size})` : button.dataset.compare;
}

function hidden(slug) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "channel";
  field.value = slug;
  return field;
}

list.addEventListener("change", ({ target }) => {
  if (target.name === "channel") {
    if (target.checked) picked.add(target.value);
    else picked.delete(target.value);
    prepare();
  } else if (target.form === form() && target.name) {
    go(addressOf(new FormData(form())));
  }
});
list.addEventListener("input", ({ target }) => {
  if (target.type !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(() => go(addressOf(new FormData(form()))), TYPING_MS);
});
list.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  list.querySelector("#show-filters").checked = false;
  go(addressOf(new FormData(form())));
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-narrow]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.rel) list.scrollIntoView();
  go(link.getAttribute("href"));
});
addEventListener("popstate", () => go(location.href, { remember: false }));
// A browser that comes back ticks the boxes again by itself.
for (const box of list.querySelectorAll("input[name=channel]:checked")) picked.add(box.value);
prepare();
