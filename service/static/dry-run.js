// Says how far a dry run has come, and shows what it has found once it is over. Without it there is a link to look again.

const LOOK_MS = 1500;
const place = document.getElementById("progress");
const bar = place?.querySelector("progress");
const words = place?.querySelector("[role=status]");

async function look() {
  const answer = await fetch(place.dataset.progress);
  if (!answer.ok) return;
  const { over, looked_at, total, words: said } = await answer.json();
  if (over) return location.reload();
  if (words.textContent !== said) words.textContent = said;
  if (total) [bar.max, bar.value] = [total, looked_at];
  setTimeout(attempt, LOOK_MS);
}

const attempt = () => look().catch(() => setTimeout(attempt, LOOK_MS));

if (bar) setTimeout(attempt, LOOK_MS);
