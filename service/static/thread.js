// The thread: hearts in place, dates as people say them, and a bar that tells of new comments. All works without it.

const LOOK_MS = 30_000;
const DAY_MS = 86_400_000;
const UNITS = [["day", DAY_MS], ["hour", 3_600_000], ["minute", 60_000]];

const thread = document.getElementById("comments");
const framed = document.getElementById("framed") !== null;

// The short words take the place of the whole date and leave it its size: a script that comes late moves no line.
// On paper "3 days ago" would soon be wrong: the whole date is printed.
function sayAgo() {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const recent = Array.from(thread.querySelectorAll(".comment-meta time"), (time) => ({ time, ago: Date.now() - Date.parse(time.dateTime) }))
    .filter(({ ago }) => ago >= 60_000 && ago < 7 * DAY_MS)
    .map((each) => ({ ...each, size: each.time.parentElement.getBoundingClientRect() }));
  for (const { time, ago, size } of recent) {
    const [unit, length] = UNITS.find(([, span]) => ago >= span);
    const whole = time.textContent;
    const short = format.format(-Math.floor(ago / length), unit);
    time.title = whole;
    time.textContent = short;
    addEventListener("beforeprint", () => (time.textContent = whole));
    addEventListener("afterprint", () => (time.textContent = short));
    time.parentElement.style.minInlineSize = `${size.width}px`;
    time.parentElement.style.minBlockSize = `${size.height}px`;
  }
}

async function giveHeart(event) {
  const form = event.target.closest("form.heart");
  if (!form || framed) return; // in a frame no cookie would know its giver again: it is given in a tab of its own
  event.preventDefault();
  const button = form.querySelector("button");
  const words = button.querySelector("span");
  const given = button.getAttribute("aria-pressed") === "true";
  const answer = await fetch(given ? `${form.action}/removals` : form.action, {
    method: "POST",
    body: new URLSearchParams({ by: "script" }),
    credentials: "same-origin",
  }).catch(() => null);
  if (!answer?.ok) return form.submit();
  form.dataset.ask ??= words.textContent;
  words.textContent = given ? form.dataset.ask : thread.dataset.sent;
  button.setAttribute("aria-pressed", String(!given));
}

// The page that everybody gets, wherever on it this reader is: an answer that is being written is none of its business.
function sharedPage() {
  const page = new URL(location.href);
  page.searchParams.delete("answer");
  page.hash = "";
  return page;
}

function tell(bar, number, html) {
  const here = new Set(Array.from(thread.querySelectorAll('[id^="comment-"]'), (place) => place.id)); // placeholders too
  const first = Array.from(html.matchAll(/id="(comment-\d+)"/g), (found) => found[1]).find((id) => !here.has(id));
  const words = new Intl.PluralRules(document.documentElement.lang).select(number) === "one" ? bar.dataset.one : bar.dataset.many;
  bar.querySelector("p").textContent = words.replace("{number}", new Intl.NumberFormat(document.documentElement.lang).format(number));
  const page = sharedPage();
  if (!first) {
    for (const place of ["page", "conversation", "after"]) page.searchParams.delete(place);
    page.searchParams.set("order", "newest");
  }
  page.hash = first ?? "comments";
  bar.querySelector("a").href = page;
  bar.hidden = false;
}

function watch(bar) {
  let etag = "";
  async function look() {
    if (document.visibilityState !== "visible") return;
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(sharedPage(), { headers, cache: etag ? "no-store" : "no-cache", credentials: "omit" });
    if (answer.status !== 200) return;
    etag = answer.headers.get("ETag") ?? "";
    const html = await answer.text();
    const number = Number(html.match(/data-count="(\d+)"/)?.[1] ?? 0) - Number(thread.dataset.count);
    if (number > 0) tell(bar, number, html);
  }
  const quietly = () => look().catch(() => {});
  setInterval(quietly, LOOK_MS);
  addEventListener("visibilitychange", quietly);
  bar.querySelector("a").addEventListener("click", (event) => {
    event.preventDefault();
    const page = new URL(event.currentTarget.href);
    const same = page.pathname + page.search === location.pathname + location.search;
    location.assign(page);
    if (same) location.reload();
  });
}

if (thread) {
  sayAgo();
  thread.addEventListener("submit", giveHeart);
  const bar = document.getElementById("live");
  if (bar) watch(bar);
}
