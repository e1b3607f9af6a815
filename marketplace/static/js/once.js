// A form sent twice is one trial: each showing of the page gets a number of its own, which the page itself, shared by
// everybody, cannot carry.

for (const form of document.querySelectorAll("form[data-once]")) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "nonce";
  field.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.prepend(field);
}
