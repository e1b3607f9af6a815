// The form keeps up with what is ticked: how many, where the prompt goes, what it costs at most. Compare works once.

const form = document.querySelector("[data-trial-form]");
const words = JSON.parse(document.getElementById("form-words").textContent);
const boxes = [...form.querySelectorAll('input[name="channels"]')];
const compare = form.querySelector("[data-compare]");
const startable = !compare.disabled;
const most = Number(form.dataset.mostChannels);
const label = compare.textContent;

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
const unique = (values) => [...new Set(values)].join(words.comma);
const ticked = () => boxes.filter((box) => box.checked);

function where(chosen) {
  if (!chosen.length) return words.none;
  const simulated = chosen.filter((box) => box.dataset.simulated === "yes");
  if (simulated.length === chosen.length) return words.simulated;
  if (simulated.length) return words.mixed;
  return fill(words.where, {
    providers: unique(chosen.map((box) => box.dataset.provider)),
    countries: unique(chosen.map((box) => box.dataset.country)),
  });
}

const pictures = form.querySelector("[data-pictures]");

/** What is wrong with the chosen files is said at once; the site looks again, and closer. */
function showPictures() {
  const { most: limit, mostMb } = pictures.dataset;
  const large = [...pictures.files].find((file) => file.size > Number(mostMb) * 1e6);
  let problem = "";
  if (pictures.files.length > Number(limit)) problem = fill(words.too_many_pictures, { limit });
  else if (large) problem = fill(words.picture_too_large, { name: large.name, limit: mostMb });
  pictures.setCustomValidity(problem);
  pictures.toggleAttribute("aria-invalid", Boolean(problem));
  form.querySelector("[data-pictures-said]").textContent = problem;
}

let asking = null;
let later = 0;

function show() {
  const chosen = ticked();
  const mixed = new Set(chosen.map((box) => box.dataset.simulated)).size > 1;
  form.querySelector("[data-chosen]").textContent =
    chosen.length > most ? fill(words.many, { limit: most }) : fill(words.chosen, { count: chosen.length, all: boxes.length });
  form.querySelector("[data-where]").textContent = where(chosen);
  compare.disabled = !startable || !chosen.length || chosen.length > most || mixed;
  clearTimeout(later);
  later = setTimeout(askQuote, 250);
}

async function askQuote() {
  const line = form.querySelector("[data-quote-line]");
  const data = new FormData(form);
  for (const name of ["csrfmiddlewaretoken", "nonce", "pictures"]) data.delete(name);
  data.set("picture_count", pictures.files.length);
  // The price depends on the prompt's length alone, and an address must stay short.
  const prompt = String(data.get("prompt")).slice(0, 1500);
  data.set("prompt", prompt);
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.quote}?${new URLSearchParams(data)}`, { signal: asking.signal });
    const found = answer.ok ? await answer.json() : { quote: "", problem: "" };
    line.textContent = found.quote || found.problem;
  } catch {
    // overtaken by the next question, or offline: the price is also checked when the trial starts
  }
}

function filter() {
  const text = form.querySelector("[data-find]").value.trim().toLowerCase();
  const strict = form.querySelector("[data-no-training]").checked;
  for (const choice of form.querySelectorAll("[data-choice]")) {
    const box = choice.querySelector("input");
    const allowed = !strict || box.dataset.simulated === "yes" || box.dataset.trains === "no";
    const able = !pictures.files.length || box.dataset.sees === "yes";
    if (!allowed || !able) box.checked = false;
    choice.hidden = !allowed || !able || !choice.dataset.name.toLowerCase().includes(text);
  }
  show();
}

/** Each weight as its part of all weight. */
function showShares() {
  const ranges = [...form.querySelectorAll(".range")];
  const total = ranges.reduce((sum, range) => sum + Number(range.value), 0);
  for (const range of ranges) range.nextElementSibling.textContent = `${total ? Math.round((Number(range.value) / total) * 100) : 0} %`;
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-scenario]")) {
    const address = new URL(form.action);
    address.searchParams.set("scenario", event.target.value);
    const prompt = form.elements.prompt.value;
    if (prompt.length < 1500) address.searchParams.set("prompt", prompt);
    location.assign(address);
  } else if (event.target.matches("[data-no-training]")) filter();
  else if (event.target === pictures) {
    showPictures();
    filter();
  }
  else show();
});
form.addEventListener("input", (event) => {
  if (event.target.matches("[data-find]")) filter();
  else if (event.target.matches(".range")) showShares();
  else if (event.target.name === "prompt") show();
});
form.addEventListener("click", (event) => {
  const tick = event.target.closest("[data-tick]");
  if (!tick) return;
  const shown = boxes.filter((box) => !box.closest("[data-choice]").hidden);
  for (const box of shown) box.checked = false;
  if (tick.dataset.tick === "all") for (const box of shown.slice(0, most)) box.checked = true;
  show();
});
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  compare.setAttribute("aria-disabled", "true");
  compare.textContent = words.starting;
});
// Coming back by the browser's own button is a new wish, not the old one sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  delete form.dataset.sent;
  compare.removeAttribute("aria-disabled");
  compare.textContent = label;
  form.elements.nonce.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
});
for (const part of form.querySelectorAll("[data-needs-js]")) part.classList.add("is-ready");
form.querySelector(".trial-form__notice")?.focus();
filter();
