// In a frame on another site's page: tells that page, and nobody else, how high the comments are and where to look.

const host = document.getElementById("framed").dataset.host;
const tell = (words) => parent.postMessage(words, host);

const tellHeight = () => tell({ attuneHeight: Math.ceil(document.documentElement.getBoundingClientRect().height) });

// Reading on happens in the frame; whatever leads elsewhere opens a tab of its own (the page's <base>).
for (const link of document.links) {
  const there = new URL(link.href);
  if (there.origin === location.origin && there.pathname === location.pathname) link.target = "_self";
}

// A frame as high as its page does not scroll, so the page around it has to.
function show(place) {
  const target = place && document.getElementById(decodeURIComponent(place.slice(1)));
  if (target) tell({ attuneTop: target.getBoundingClientRect().top });
}

if (parent !== window) {
  new ResizeObserver(tellHeight).observe(document.documentElement);
  addEventListener("load", tellHeight); // a frame that is not in sight is not drawn, and so not observed
  addEventListener("load", () => show(location.hash));
  addEventListener("hashchange", () => show(location.hash));
}
