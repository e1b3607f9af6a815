// A button with data-copy="id" copies that element's text and says so in the words of its data-copied.
const SAID_FOR_MS = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // over plain http there is none; the text can be selected by hand
  const label = button.querySelector("[data-copy-label]");
  const words = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    label.textContent = button.dataset.copied;
    setTimeout(() => (label.textContent = words), SAID_FOR_MS);
  });
  button.classList.add("is-ready");
}
