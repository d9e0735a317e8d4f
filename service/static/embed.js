// One line puts the comments of a page below it: <script src="https://comments.example/embed.js" async></script>
// They stand in a frame of the comments' own site, which alone says how high it is. Only this page's address and title are sent.
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const page = script.dataset.url ?? document.querySelector('link[rel="canonical"]')?.href ?? location.href;
  const address = new URL("/embed", origin);
  address.searchParams.set("url", page.split("#")[0]);
  address.searchParams.set("title", (script.dataset.title ?? document.title).slice(0, 300));
  const words = script.dataset.words ?? "Comments";

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = words;
  frame.style.cssText = "display: block; inline-size: 100%; block-size: 40rem; border: 0;";

  // Until the frame has spoken there is a way to the comments without it.
  const link = document.createElement("a");
  link.href = address.href;
  link.textContent = words;

  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin) return;
    if (Number.isFinite(data?.attuneHeight)) {
      frame.style.blockSize = `${Math.min(Math.max(data.attuneHeight, 0), 200_000)}px`;
      link.remove();
    }
    if (Number.isFinite(data?.attuneTop)) scrollTo({ top: frame.getBoundingClientRect().top + scrollY + data.attuneTop });
  });

  script.after(link, frame);
})();
