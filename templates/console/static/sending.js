// The editor of bulletins counts its audience anew as it is changed.
"use strict";

for (const fields of document.querySelectorAll("[data-count]")) {
  const form = fields.closest("form");
  const shown = fields.querySelector("[data-count-here]");
  let last = 0;
  const count = async () => {
    const asked = ++last;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (["audience", "topics", "segment"].includes(name)) query.append(name, value);
    }
    const answer = await fetch(`${fields.dataset.count}?${query}`);
    if (answer.ok && asked === last) shown.innerHTML = await answer.text();
  };
  fields.querySelector("[value=count]").hidden = true;
  fields.addEventListener("change", ({ target }) => {
    // Whoever ticks a topic means topics.
    if (target.name === "topics" || target.name === "segment") {
      document.getElementById(`to-${target.name}`).checked = true;
    }
    count();
  });
  if ("countLate" in fields.dataset) count();
}
