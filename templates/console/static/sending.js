// The editor of bulletins counts its audience anew as it is changed.
"use strict";

for (const fields of document.querySelectorAll("[data-count]")) {
  const form = fields.closest("form");
  const shown = fields.querySelector("[data-count-here]");
  fields.querySelector("[value=count]").hidden = true;
  let last = 0;
  fields.addEventListener("change", async (event) => {
    const { target } = event;
    // Whoever ticks a topic means topics.
    if (target.name === "topics" || target.name === "segment") {
      document.getElementById(`to-${target.name}`).checked = true;
    }
    const asked = ++last;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (["audience", "topics", "segment"].includes(name)) query.append(name, value);
    }
    const answer = await fetch(`${fields.dataset.count}?${query}`);
    if (answer.ok && asked === last) shown.innerHTML = await answer.text();
  });
}
