// Share: hand the address to the system, or put it on the clipboard.

const button = document.querySelector("[data-share]");
const label = button.querySelector("span");
const before = label.textContent;

button.addEventListener("click", async () => {
  const address = location.href.split("#")[0];
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) await navigator.share({ url: address, title: document.title });
    else {
      await navigator.clipboard.writeText(address);
      label.textContent = button.dataset.copied;
      setTimeout(() => (label.textContent = before), 2500);
    }
  } catch (error) {
    // Without a clipboard (plain http) the reader copies it by hand; a dismissed sheet is no error.
    if (error.name !== "AbortError") prompt(before, address);
  }
});
button.classList.add("is-ready");
