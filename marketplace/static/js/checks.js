// While checks run: fetch this page again every second and put in what has changed. Opened rows stay open.

const EVERY_MS = 1000;
const root = document.querySelector("[data-checks]");

async function look() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return true; // the next look may do better
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const fresh of page.querySelectorAll("[data-checks] [id][data-state]")) {
    const old = document.getElementById(fresh.id);
    if (old && old.dataset.state !== fresh.dataset.state) put(old, fresh);
  }
  return page.querySelector("[data-checks]")?.hasAttribute("data-open");
}

function put(old, fresh) {
  const details = fresh.querySelector("details");
  if (details && old.querySelector("details")?.open) details.open = true;
  old.replaceWith(fresh);
}

async function keepLooking() {
  if (document.hidden || (await look())) setTimeout(keepLooking, EVERY_MS);
  else location.reload();
}

if (root?.hasAttribute("data-open")) {
  root.classList.add("is-live");
  setTimeout(keepLooking, EVERY_MS);
}
