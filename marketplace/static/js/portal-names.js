// Narrows a long list of names while one types; without it, the button does the same. Ticked names stay in sight.

const form = document.querySelector("[data-names]");
const query = form?.querySelector("[data-names-query]");

function narrow() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of form.querySelectorAll("[data-name]")) {
    const fits = words.every((word) => row.dataset.name.includes(word));
    row.hidden = !fits && !row.querySelector("input").checked;
    shown += fits;
  }
  form.querySelector("[data-names-count]").textContent = shown;
}

// A list that the server has narrowed already holds only what fits: typing then asks the server again.
if (query && !query.value) query.addEventListener("input", narrow);
