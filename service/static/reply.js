// Keeps what is being written and shows the server's thoughts about it beside the box. Everything works without it.

const PAUSE_MS = 700;
const form = document.getElementById("reply");
const body = form?.elements.namedItem("body");
let timer = 0;
let kept = body?.value;
let asked = null;

function fields() {
  const typed = new FormData(form);
  typed.set("by", "script");
  return typed;
}

async function keep() {
  clearTimeout(timer);
  if (body.value === kept) return;
  const text = body.value;
  asked?.abort();
  asked = new AbortController();
  const answer = await fetch(form.dataset.drafts, { method: "POST", body: fields(), signal: asked.signal });
  if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) return;
  kept = text;
  show(await answer.json());
}

function show({ blanks, hints, holds }) {
  list("blanks", "blank-shape", blanks, (part, blank) => blank[part]);
  list("hints", "thought-shape", hints, (part, hint) => hint[part]);
  const box = form.elements.namedItem("looked");
  if (box.value !== holds) box.checked = false;
  box.value = holds;
  document.getElementById("second-look").hidden = !holds;
  document.getElementById("kept").hidden = !body.value.trim();
}

// A part without words is not shown; "kind" is the frame around the kinder words.
function list(place, shape, things, words) {
  const lines = things.map((thing) => {
    const line = document.getElementById(shape).content.cloneNode(true);
    for (const node of line.querySelectorAll("[data-part]")) {
      const text = words(node.dataset.part === "kind" ? "kinder" : node.dataset.part, thing);
      node.hidden = !text;
      if (node.dataset.part !== "kind") node.textContent = text;
    }
    return line;
  });
  const region = document.getElementById(place);
  const before = region.querySelector("ul");
  const fresh = document.createElement("ul");
  fresh.append(...lines);
  if (before.getAttribute("role")) fresh.setAttribute("role", before.getAttribute("role"));
  if (fresh.textContent !== before.textContent) before.replaceWith(fresh);
  region.hidden = things.length === 0;
}

if (form && body) {
  body.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep().catch(() => {}), PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked?.abort();
    kept = body.value;
  });
  addEventListener("pagehide", () => {
    if (body.value !== kept) navigator.sendBeacon(form.dataset.drafts, fields());
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}
