// The comment form: sent and previewed in place, its words kept in this tab until they are sent. All works without it.

const NEAR = 0.9;
const KEPT = ["body", "name", "audience"];

// Only answers of this site's own form pass through here: the server has made their HTML safe.
const policy = window.trustedTypes?.createPolicy("attune", { createHTML: (html) => html });
let sent = null;

const find = () => document.getElementById("answer");
const field = (form, name) => form.elements.namedItem(name);
const place = (form) => `attune-draft ${form.dataset.slug} ${field(form, "parent")?.value ?? ""}`;

// Each text has its own key, so that a form that is sent twice makes one comment.
function giveKey(form) {
  const text = new URLSearchParams(new FormData(form));
  text.delete("key");
  text.delete("stamp");
  if (text.toString() === sent) return;
  sent = text.toString();
  field(form, "key").value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The first touch of the form is stamped by the server: who needs no time at all for a comment is no person.
async function stamp(form) {
  const answer = await fetch("/stamp", { credentials: "omit" }).catch(() => null);
  if (answer?.ok && !field(form, "stamp").value) field(form, "stamp").value = await answer.text();
}

function keep(form) {
  try {
    sessionStorage.setItem(place(form), JSON.stringify(KEPT.map((name) => field(form, name).value)));
    form.querySelector("#kept").hidden = !field(form, "body").value;
  } catch {
    // A browser that keeps nothing: the form works all the same.
  }
}

function recall(form) {
  try {
    const [body, name, audience] = JSON.parse(sessionStorage.getItem(place(form)) ?? "[]");
    // Who may read the words belongs to them: a note to the author must not come back as a word to everyone.
    if (body && audience && !field(form, "body").value) field(form, "audience").value = audience;
    field(form, "body").value ||= body ?? "";
    field(form, "name").value ||= name ?? "";
  } catch {
    // Nothing was kept.
  }
}

function forget(form) {
  try {
    sessionStorage.removeItem(place(form));
  } catch {
    // Nothing was kept.
  }
}

function count(form) {
  const shown = form.querySelector("#count");
  const limit = Number(shown.dataset.limit);
  const length = Array.from(field(form, "body").value.trim().normalize("NFC").replace(/\r\n/g, "\n")).length;
  shown.hidden = length < limit * NEAR;
  if (shown.hidden) return;
  const format = new Intl.NumberFormat(document.documentElement.lang);
  shown.textContent = shown.dataset.words.replace("{count}", format.format(length)).replace("{limit}", format.format(limit));
}

function complain(form, words) {
  const notice = form.querySelector("#unsent");
  const sentence = notice.querySelector("[data-offline]");
  sentence.textContent = words || sentence.dataset.offline;
  notice.hidden = false;
  notice.scrollIntoView({ block: "center" });
}

async function read(answer) {
  const html = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

function exchange(form, fresh) {
  form.replaceWith(fresh);
  prepare(fresh);
  const first = fresh.querySelector("[aria-invalid]") ?? fresh.querySelector("#preview-title") ?? fresh.querySelector("[role=alert]:not([hidden])");
  first?.focus({ preventScroll: true });
  (fresh.querySelector("#preview") ?? fresh).scrollIntoView();
}

async function send(form, button) {
  const action = new URL(button?.getAttribute("formaction") ?? form.action, location.href);
  const answer = await fetch(action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
  if (answer.redirected && answer.ok) {
    forget(form);
    location.assign(answer.url);
    return;
  }
  const page = await read(answer);
  const fresh = page.getElementById("answer");
  if (fresh?.tagName === "FORM") exchange(form, fresh);
  else complain(form, page.querySelector("main h1 + p")?.textContent);
}

function prepare(form) {
  recall(form);
  count(form);
  keep(form);
  if (!field(form, "stamp").value) form.addEventListener("focusin", () => stamp(form), { once: true });
  form.addEventListener("input", () => {
    keep(form);
    count(form);
  });
  form.addEventListener("submit", (event) => {
    giveKey(form);
    if (form.target) return; // in a frame on another site's page: it is sent in a tab of its own
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    send(form, event.submitter)
      .catch(() => complain(form, ""))
      .finally(() => delete form.dataset.busy);
  });
}

if (find()?.tagName === "FORM") prepare(find());
