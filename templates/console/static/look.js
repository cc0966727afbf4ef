// The sample mails follow the form as it is changed.
"use strict";

const look = document.querySelector("[data-look]").closest("form");
let waiting;
look.addEventListener("input", (event) => {
  const swatch = look.querySelector(`[data-swatch="${event.target.name}"] rect`);
  if (swatch) swatch.setAttribute("fill", event.target.value || "none");
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const query = new URLSearchParams(new FormData(look));
    query.delete("csrf");
    for (const frame of document.querySelectorAll("[data-look-mail]")) {
      query.set("scheme", frame.dataset.lookMail);
      frame.src = `${look.action}/mail?${query}`;
    }
  }, 400);
});
