// Says "I am on this" while somebody looks at a case, and lets go when they leave. Everything works without it.

const RENEW_MS = 60_000;
const place = document.getElementById("presence");
const words = place?.querySelector(".presence > span");
let lease = "";

function fields(more) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ csrf_token: place.dataset.token, ...more })) form.append(name, value);
  return form;
}

async function take() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(place.dataset.lease, { method: "POST", body: fields({ by: "script" }) });
  if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) return;
  const { who, token } = await answer.json();
  lease = token;
  if (words.textContent !== who) words.textContent = who;
  place.hidden = false;
}

function letGo() {
  if (lease) navigator.sendBeacon(place.dataset.release, fields({ token: lease }));
  lease = "";
}

const attempt = () => take().catch(() => {});

if (place) {
  attempt();
  setInterval(attempt, RENEW_MS);
  addEventListener("visibilitychange", attempt);
  addEventListener("pagehide", letGo);
  addEventListener("pageshow", (event) => event.persisted && attempt());
}
