// Looks again by itself while a comment is on its way, and puts the new note in place of the old one.

const WAITS = [400, 600, 1000, 2000, 3000, 5000, 8000, 15000, 30000];

// Only answers of this very page pass through here: the server has made their HTML safe.
const policy = window.trustedTypes?.createPolicy("attune", { createHTML: (html) => html });

async function fetchPage() {
  const answer = await fetch(location.pathname + location.search, { credentials: "same-origin" });
  if (!answer.ok) return null;
  const html = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

async function look(turn) {
  const now = document.getElementById("state");
  const page = await fetchPage().catch(() => null);
  const fresh = page?.getElementById("state");
  if (fresh && fresh.textContent !== now.textContent) {
    const letter = page.getElementById("letter");
    if (letter && !document.getElementById("letter")) now.before(letter);
    // Filled, not replaced: a screen reader follows the region that it knows.
    now.replaceChildren(...fresh.childNodes);
    return;
  }
  if (turn < WAITS.length) setTimeout(look, WAITS[turn], turn + 1);
}

setTimeout(look, WAITS[0], 1);
