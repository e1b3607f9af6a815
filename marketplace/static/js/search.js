// Suggestions under every search box: a combobox with a list, as the ARIA practices have it. The form works without.
const WAIT_MS = 140;

for (const form of document.querySelectorAll("form[data-search]")) {
  const input = form.querySelector("input[name=q]");
  const list = document.createElement("ul");
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.role = "listbox";
  list.ariaLabel = form.querySelector("label").textContent;
  list.hidden = true;
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.role = "status";
  form.append(list, status);
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let timer = 0;
  let asking = null;
  let chosen = -1;

  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (place) => {
    chosen = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map((each, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.className = "suggestion";
      option.role = "option";
      option.dataset.url = each.url;
      const title = document.createElement("span");
      title.textContent = each.title;
      const subtitle = document.createElement("small");
      subtitle.textContent = each.subtitle;
      option.append(title, " ", subtitle);
      return option;
    }));
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = suggestions.length ? form.dataset.some.replace("%d", suggestions.length) : form.dataset.none;
    choose(-1);
  };
  const ask = async () => {
    const words = input.value.trim();
    asking?.abort();
    if (!words) return close();
    asking = new AbortController();
    try {
      const response = await fetch(`${form.dataset.search}?${new URLSearchParams({ q: words })}`, { signal: asking.signal });
      if (response.ok) show((await response.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close(); // offline: the form itself still works
    }
  };

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT_MS); // while a Chinese word is being spelled there is nothing to ask
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "Escape") {
      if (!count) return;
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && chosen >= 0 && count) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.url);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!count) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1); // beyond either end one is back in the box
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-url]");
    if (option) location.assign(option.dataset.url);
  });
  input.addEventListener("blur", close);
  form.querySelector(".search-box__key")?.classList.add("is-ready");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const boxes = [...document.querySelectorAll("form[data-search] input[name=q]")];
  const box = boxes.find((each) => each.offsetParent);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
