// What the editor can show of an article: the part of the sanitiser's allow-list that people write.
import { Schema } from "prosemirror-model";
import { tableNodes } from "prosemirror-tables";

const LINKS = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i;

export function isLink(href) {
  return LINKS.test(href.trim());
}

const kept = (element, ...names) =>
  Object.fromEntries(names.map((name) => [name, element.getAttribute(name)]));
const given = (attrs) =>
  Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== null));

function simple(tags, group = "", content = "inline*") {
  const [tag] = tags;
  return {
    content,
    group,
    parseDOM: tags.map((name) => ({ tag: name })),
    toDOM: () => [tag, 0],
  };
}

function mark(tags) {
  const [tag] = tags;
  return { parseDOM: tags.map((name) => ({ tag: name })), toDOM: () => [tag, 0] };
}

// Blocks that the editor cannot show stay as they are: their HTML by a number that only this page
// knows, so that nothing pasted can bring HTML of its own.
const opaque = new Map();

export function keepOpaque(html) {
  const id = String(opaque.size + 1);
  opaque.set(id, html);
  return id;
}

export function opaqueHtml(id) {
  return opaque.get(id) ?? "";
}

const cells = tableNodes({ tableGroup: "block", cellContent: "block+", cellAttributes: {} });

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: simple(["p"], "block"),
    heading: {
      attrs: { level: { default: 2 } },
      content: "inline*",
      group: "block",
      defining: true,
      parseDOM: [
        { tag: "h1", attrs: { level: 2 } },
        ...[2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      ],
      toDOM: (node) => [`h${node.attrs.level}`, 0],
    },
    blockquote: { ...simple(["blockquote"], "block", "block+"), defining: true },
    bullet_list: simple(["ul"], "block", "list_item+"),
    ordered_list: {
      attrs: { start: { default: null } },
      content: "list_item+",
      group: "block",
      parseDOM: [{ tag: "ol", getAttrs: (element) => kept(element, "start") }],
      toDOM: (node) => ["ol", given(node.attrs), 0],
    },
    list_item: { ...simple(["li"], "", "paragraph block*"), defining: true },
    horizontal_rule: {
      group: "block",
      parseDOM: [{ tag: "hr" }],
      toDOM: () => ["hr"],
    },
    code_block: {
      content: "text*",
      marks: "",
      group: "block",
      code: true,
      defining: true,
      parseDOM: [{ tag: "pre", preserveWhitespace: "full" }],
      toDOM: () => ["pre", 0],
    },
    ...cells,
    opaque: {
      attrs: { id: {} },
      group: "block",
      atom: true,
      isolating: true,
      parseDOM: [
        {
          tag: "div[data-opaque]",
          getAttrs: (element) => {
            const id = element.getAttribute("data-opaque");
            return opaque.has(id) ? { id } : false;
          },
        },
      ],
      toDOM: (node) => ["div", { "data-opaque": node.attrs.id }],
    },
    text: { group: "inline" },
    hard_break: {
      inline: true,
      group: "inline",
      selectable: false,
      parseDOM: [{ tag: "br" }],
      toDOM: () => ["br"],
    },
    picture: {
      attrs: {
        src: {},
        alt: { default: null },
        width: { default: null },
        height: { default: null },
        title: { default: null },
        pending: { default: null },
      },
      inline: true,
      group: "inline",
      draggable: true,
      parseDOM: [
        {
          tag: "img[src]",
          getAttrs: (element) => ({
            ...kept(element, "src", "alt", "width", "height", "title"),
            pending: element.getAttribute("data-pending"),
          }),
        },
      ],
      toDOM: ({ attrs: { pending, ...attrs } }) => [
        "img",
        { ...given(attrs), ...(pending ? { "data-pending": pending } : {}) },
      ],
    },
  },
  marks: {
    link: {
      attrs: { href: {}, title: { default: null }, hreflang: { default: null } },
      inclusive: false,
      parseDOM: [
        {
          tag: "a[href]",
          getAttrs: (element) =>
            isLink(element.getAttribute("href")) ? kept(element, "href", "title", "hreflang") : false,
        },
      ],
      toDOM: (node) => ["a", given(node.attrs), 0],
    },
    strong: mark(["strong", "b"]),
    em: mark(["em", "i"]),
    strike: mark(["s", "del"]),
    underline: mark(["u"]),
    sub: { ...mark(["sub"]), excludes: "sup" },
    sup: { ...mark(["sup"]), excludes: "sub" },
    code: { ...mark(["code"]), code: true },
  },
});
