// Take out a detail: what somebody has selected in the comment stands in the field. By hand it can be typed as well.

const passage = document.querySelector("[data-selects]");
const said = passage && document.querySelector(passage.dataset.selects);

function chosen() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0);
  if (!said.contains(range.commonAncestorContainer)) return "";
  const words = range.cloneContents();
  for (const number of words.querySelectorAll(".noteref")) number.remove();
  return words.textContent.replace(/\s+/g, " ").trim();
}

if (said) {
  document.addEventListener("selectionchange", () => {
    const words = chosen();
    if (words) passage.value = words;
  });
}
