// HTML in a form that is equal exactly if nothing is lost between two ways to write it: `b` for
// `strong`, a list item with or without a paragraph, white space that browsers collapse.
const SAME = { b: "strong", i: "em", del: "s", h1: "h2" };
const MARKS = new Set(["a", "strong", "em", "s", "u", "code", "sub", "sup"]);
const INLINE = new Set(
  ("a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup "
    + "time u var wbr #text").split(" "),
);
// Elements that mean nothing without attributes.
const EMPTY = new Set(["div", "section", "span", "thead", "tbody"]);

export function canonical(element) {
  return blocks(element).join("");
}

const nameOf = (node) => {
  const name = node.nodeName.toLowerCase();
  return SAME[name] ?? name;
};

function attributes(node) {
  return [...node.attributes]
    .filter(({ name, value }) => !((name === "colspan" || name === "rowspan") && value === "1"))
    .map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`)
    .sort()
    .join("");
}

const isInline = (node) => INLINE.has(node.nodeName.toLowerCase());
const means = (node) => node.attributes.length > 0 || !EMPTY.has(nameOf(node));

// The blocks of a container; runs of inline content between them are paragraphs.
function blocks(container) {
  const found = [];
  let run = [];
  const end = () => {
    const text = inline(run);
    if (text) found.push(`<p>${text}</p>`);
    run = [];
  };
  for (const node of container.childNodes) {
    if (node.nodeType === Node.COMMENT_NODE) continue;
    if (isInline(node)) {
      run.push(node);
      continue;
    }
    end();
    if (!means(node)) found.push(...blocks(node));
    else found.push(block(node));
  }
  end();
  return found;
}

function block(node) {
  const name = nameOf(node);
  const start = `<${name}${attributes(node)}>`;
  if (name === "hr") return start;
  if (name === "pre") return `${start}${node.textContent}${node.querySelector(":not(code)") ? "!" : ""}`;
  if (/^(?:p|h[2-6])$/.test(name)) {
    const text = inline([...node.childNodes]);
    return text || name !== "p" || node.attributes.length ? `${start}${text}</${name}>` : "";
  }
  return `${start}${blocks(node).join("")}</${name}>`;
}

// Text with the marks on it, whatever their order; white space as browsers collapse it.
function inline(nodes) {
  const runs = [];
  let isAfterSpace = true;
  const add = (text, marks) => {
    const last = runs[runs.length - 1];
    const key = [...marks].sort().join("");
    if (last && last.key === key) last.text += text;
    else runs.push({ text, key });
  };
  const addText = (written, marks) => {
    let text = written.replace(/[ \t\n\f\r]+/g, " ");
    if (isAfterSpace) text = text.replace(/^ /, "");
    if (!text) return;
    add(text, marks);
    isAfterSpace = text.endsWith(" ");
  };
  const addTag = (tag, marks) => {
    add(tag, marks);
    isAfterSpace = tag.startsWith("<br");
  };
  const walk = (node, marks) => {
    if (node.nodeType === Node.TEXT_NODE) addText(node.data, marks);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const name = nameOf(node);
    if (name === "br" || name === "img") {
      addTag(`<${name}${attributes(node)}>`, marks);
      return;
    }
    const isMark = MARKS.has(name) && !(name === "a" && !node.hasAttribute("href"));
    const isPlain = !isMark && !means(node);
    const inner = isMark ? new Set([...marks, `{${name}${attributes(node)}}`]) : marks;
    if (!isMark && !isPlain) addTag(`<${name}${attributes(node)}>`, marks);
    for (const child of node.childNodes) walk(child, inner);
    if (!isMark && !isPlain) addTag(`</${name}>`, marks);
  };
  for (const node of nodes) walk(node, new Set());
  return withoutEnd(runs);
}

// Without white space at the end.
function withoutEnd(runs) {
  while (runs.length) {
    const last = runs[runs.length - 1];
    last.text = last.text.replace(/ $/, "");
    if (last.text) break;
    runs.pop();
  }
  return runs.map(({ text, key }) => `${text.trim() ? key : ""}${text}\u0001`).join("");
}
