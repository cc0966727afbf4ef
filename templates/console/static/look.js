// Site, mail and contrasts follow the form as it is changed.
"use strict";

const look = document.querySelector("[data-look]").closest("form");
const contrasts = document.querySelector("[data-look-contrasts]");
let waiting;

const query = () => {
  const typed = new URLSearchParams();
  for (const [name, value] of new FormData(look)) if (typeof value === "string" && name !== "csrf") typed.set(name, value);
  return typed;
};

const show = async () => {
  const typed = query();
  for (const frame of document.querySelectorAll("[data-look-frame]")) {
    frame.contentWindow.location.replace(`${look.action}/${frame.dataset.lookFrame}?${typed}`);
  }
  const answer = await fetch(`${look.action}/contrasts?${typed}`);
  if (answer.ok) contrasts.innerHTML = await answer.text();
};

// A swatch is a colour picker that writes into its field.
for (const swatch of look.querySelectorAll("[data-swatch]")) {
  const field = look.elements[swatch.dataset.swatch];
  const picker = document.createElement("input");
  picker.type = "color";
  picker.className = "swatch";
  picker.ariaLabel = `Choose: ${field.labels[0].textContent}`;
  picker.value = swatch.firstElementChild.getAttribute("fill");
  picker.addEventListener("input", () => {
    field.value = picker.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const follow = () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value;
    picker.classList.toggle("is-empty", field.value === "");
  };
  field.addEventListener("input", follow);
  follow();
  swatch.replaceWith(picker);
}

look.addEventListener("input", (event) => {
  const { name } = event.target;
  // A colour is shown in the mode that it belongs to.
  if (name in look.elements && event.target.closest(".colour")) {
    look.elements.scheme.value = name.endsWith("_dark") ? "dark" : "light";
  }
  clearTimeout(waiting);
  waiting = setTimeout(show, 250);
});
