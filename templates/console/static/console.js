// Small comforts; every page works without them.
"use strict";

// After an error the reader is taken to its summary, which may stand in a dialog.
const summary = document.querySelector("[data-focus]");
summary?.closest("[popover]")?.showPopover();
summary?.focus();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A filter that is chosen applies at once.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=date]")) form.requestSubmit();
  });
}

// What is not filled in need not stand in the address.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// A form is sent once, however often its button is pressed; later again, where a file was its answer.
const PATIENCE = 5000;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  else setTimeout(() => { delete event.target.dataset.sent; }, PATIENCE);
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A form that asks for nothing sends itself, unless it came back with a message.
document.querySelector("form[data-at-once]:not(:has([role=alert]))")?.requestSubmit();

// Parts that renew themselves.
const keepRenewed = (place) => {
  for (const part of place.querySelectorAll("[data-live]")) {
    const source = new EventSource(part.dataset.live);
    source.addEventListener("part", (event) => { part.innerHTML = event.data; });
    source.addEventListener("end", () => {
      source.close();
      if ("reloads" in part.dataset) location.reload();
    });
  }
};
keepRenewed(document);

// Parts that take a while come when the page is there.
for (const part of document.querySelectorAll("[data-load]")) {
  fetch(part.dataset.load).then(async (answer) => {
    // Whose session has ended is led to sign in: no page within a page.
    if (!answer.ok || answer.redirected) return;
    part.innerHTML = await answer.text();
    keepRenewed(part);
  });
}

// Clocks that count down to a moment.
for (const clock of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(clock.dataset.until);
  const tick = () => {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    const minutes = Math.floor(seconds / 60);
    clock.textContent = seconds === 0 ? "now" : `in ${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds > 0) return;
    clearInterval(timer);
    // What has left cannot be taken back.
    clock.closest(".undo-clock")?.querySelector("form")?.remove();
  };
  const timer = setInterval(tick, 1000);
  tick();
}
