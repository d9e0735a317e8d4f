// Exit this page: blanks the page, forgets what was being written, and goes; Shift three times does the same.

const PRESSES = 3;
const TOO_LATE_MS = 5_000;

const link = document.getElementById("exit");
const said = document.getElementById("exit-said");
let presses = 0;
let timer = 0;
let alone = false;

function leave() {
  said.textContent = link.dataset.leaving;
  document.documentElement.classList.add("leaving");
  document.title = "…";
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("attune-")) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
  location.replace(link.href);
}

function forget() {
  if (presses) said.textContent = link.dataset.over;
  presses = 0;
}

function press() {
  clearTimeout(timer);
  presses += 1;
  if (presses >= PRESSES) {
    presses = 0;
    leave();
    return;
  }
  said.textContent = link.dataset[`more-${PRESSES - presses}`];
  timer = setTimeout(forget, TOO_LATE_MS);
}

if (link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  // Only Shift by itself counts: with a letter it writes a capital.
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat;
    if (event.key !== "Shift" && presses) {
      clearTimeout(timer);
      presses = 0;
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key === "Shift" && alone) press();
    alone = false;
  });
  // A page that the browser had kept is shown again when somebody comes back.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
