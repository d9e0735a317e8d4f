// Gives each text its own key, so that a form that is sent twice makes one comment. Everything works without it.

const form = document.getElementById("answer");
const key = form?.elements.namedItem("key");
let sent = null;

form?.addEventListener("submit", () => {
  const text = new URLSearchParams(new FormData(form));
  text.delete("key");
  if (text.toString() !== sent) {
    sent = text.toString();
    key.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
});
