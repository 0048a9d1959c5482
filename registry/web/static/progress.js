// Reads a page under way again every two seconds and puts its progress in place; the page itself when the job is over.
"use strict";
(() => {
  const EVERY = 2000;
  const look = async () => {
    const shown = document.querySelector("[data-progress]");
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-progress]");
      if (!answer.ok || !fresh) {
        location.reload();
        return;
      }
      shown.replaceWith(document.importNode(fresh, true));
    } catch {
      // The network is away: what is shown stays, and is read again.
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
})();
