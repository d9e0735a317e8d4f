// Single keys on the pages of staff, and what has changed since a page was drawn. Everything works without it.

const NEWS_MS = 20_000;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select, [contenteditable]";
const FIRST = "input:not([type=hidden]), textarea, select, button"; // where writing begins in a form that was opened
const ON_ITEM = { r: "#reply", a: "#deeds", h: "#deeds", s: "#deeds" };

const cards = [...document.querySelectorAll(".card")];
const help = document.getElementById("keys");
let going = false; // after "g", until the next key

function shown(selector, name, key, within = document) {
  return [...within.querySelectorAll(selector)].find((node) => node.dataset[name] === key && node.checkVisibility());
}

function use(node) {
  if (node.matches(FIELDS)) return node.focus();
  if (node.matches("summary")) {
    node.parentElement.open = true;
    return node.parentElement.querySelector(FIRST)?.focus();
  }
  node.click();
}

function leave(node) {
  const deed = node.closest?.(".deed[open]");
  if (deed) {
    deed.open = false;
    deed.firstElementChild.focus();
  } else if (node.matches?.(FIELDS)) node.blur();
}

function move(step) {
  const here = cards.findIndex((card) => card.matches(".card-here"));
  const card = cards[Math.min(Math.max(here + step, 0), cards.length - 1)];
  mark(card);
  card.querySelector(".card-name a").focus();
}

function mark(card) {
  for (const other of cards) other.classList.toggle("card-here", other === card);
}

function press(key) {
  if (going) {
    going = false;
    const lane = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    lane?.click();
    return lane;
  }
  if (key === "g") return (going = true);
  if (cards.length && (key === "j" || key === "k")) {
    move(key === "j" ? 1 : -1);
    return true;
  }
  const card = document.querySelector(".card-here");
  const node = (card && shown("[data-key]", "key", key, card)) || shown("[data-key]:not(.card *)", "key", key);
  if (node) use(node);
  else if (card && ON_ITEM[key]) location.assign(card.querySelector(".card-name a").href + ON_ITEM[key]);
  return node || (card && ON_ITEM[key]);
}

addEventListener("focusin", ({ target }) => {
  const card = target.closest?.(".card");
  if (card) mark(card);
});

// "All on this page" ticks each of them; ticking by hand means those that are ticked.

const ticks = [...document.querySelectorAll("[name=tick]")];
document.getElementById("several")?.addEventListener("change", ({ target }) => {
  if (target.name !== "which") return;
  for (const tick of ticks) tick.checked = target.value !== "ticked";
});
for (const tick of ticks) {
  tick.addEventListener("change", () => (document.querySelector("[name=which]").checked = true));
}

const more = document.querySelector(".desk-more");
for (const kind of ["pointerdown", "focusin"]) {
  addEventListener(kind, ({ target }) => {
    if (!more?.contains(target)) more?.removeAttribute("open");
  });
}
more?.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  more.open = false;
  more.firstElementChild.focus();
});

if (document.querySelector(".desk-head[data-keys]")) {
  document.documentElement.classList.add("keys-on");
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leave(event.target);
    if (event.target.closest?.(`${FIELDS}, dialog, .deed form`)) return;
    if (press(event.key)) event.preventDefault();
  });
}

shown("[data-key]", "key", "?")?.addEventListener("click", (event) => {
  event.preventDefault();
  help.showModal();
});

// News: asked for while somebody looks, answered by 304 as long as there is none; nothing in the list ever moves.

const place = document.querySelector("[data-news]");
const every = Number(place?.dataset.every) * 1000 || NEWS_MS;
let known = "";
let timer = 0;

async function look() {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  timer = setTimeout(ask, every);
  const headers = known ? { "If-None-Match": known } : {};
  const answer = await fetch(place.dataset.news, { headers, cache: "no-store", redirect: "error" });
  if (answer.status !== 200) return;
  known = answer.headers.get("ETag") ?? "";
  draw(await answer.json());
}

function draw({ new: words, lanes = {}, cards: changes = {}, changed, done }) {
  const far = place.querySelector("[data-done]");
  if (far) far.value = done;
  say(place, "new", words);
  say(place, "changed", changed);
  for (const [lane, number] of Object.entries(lanes)) {
    document.querySelector(`#lane-${lane} .number`).textContent = number > 999 ? "999+" : number;
  }
  for (const [id, change] of Object.entries(changes)) {
    const card = document.querySelector(`[data-comment="${id}"]`);
    for (const [name, text] of Object.entries(change)) say(card, name, text);
    card.classList.toggle("card-done", Boolean(change.gone));
  }
  document.querySelector(".said")?.classList.toggle("said-done", Boolean(changed));
}

function say(within, name, text) {
  const node = within.querySelector(`[data-${name}]`);
  if (!node) return;
  if (node.textContent !== text) node.textContent = text;
  const frame = node.closest("[data-frame]");
  if (frame) frame.hidden = !text;
}

const ask = () => look().catch(() => {});

if (place) {
  timer = setTimeout(ask, every);
  addEventListener("visibilitychange", ask);
}
