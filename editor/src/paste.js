// Cleans what is pasted from Word, Google Docs and web pages into the few elements of the schema.
import { isLink } from "./schema.js";

const GONE = "style, script, meta, link, title, xml, template, iframe, object, noscript, svg, math";
const LIST_LEVEL = /mso-list:\s*(\S+)\s+level(\d)/i;
const HIDDEN = /display:\s*none|mso-hide:\s*all|visibility:\s*hidden/i;
const MARKER = /^\s*(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]/i;

// Returns { html, title }: the title is that of the document, if it begins with one and `wantsTitle`.
export function cleaned(html, wantsTitle) {
  // Styles are read as text: parsed as styles, the page's policy would refuse them.
  const source = html
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<\/?o:p>/gi, "")
    .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  const body = new DOMParser().parseFromString(source, "text/html").body;
  for (const element of body.querySelectorAll(GONE)) element.remove();
  removeComments(body);
  for (const element of body.querySelectorAll("[data-style]")) {
    if (HIDDEN.test(styleOf(element))) element.remove();
  }
  wordLists(body);
  googleLists(body);
  marksOfStyles(body);
  links(body);
  const title = wantsTitle ? takeTitle(body) : "";
  for (const element of body.querySelectorAll("*")) plain(element);
  emptyParagraphs(body);
  spaces(body);
  return { html: body.innerHTML, title };
}

const styleOf = (element) => element.getAttribute("data-style") ?? "";

// The value of one property of a style.
function property(style, name) {
  const found = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, "i").exec(style);
  return found ? found[1].trim().toLowerCase() : "";
}

function removeComments(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const comment of found) comment.remove();
}

// Word writes list items as paragraphs with their bullet as text.
function wordLists(body) {
  const listIn = (element) => element && LIST_LEVEL.exec(styleOf(element))?.[1];
  for (const first of [...body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")]) {
    const name = listIn(first);
    if (!name || !first.isConnected) continue;
    const items = [];
    for (let one = first; listIn(one) === name; one = one.nextElementSibling) items.push(one);
    listOf(items);
  }
}

// Replaces the paragraphs by nested lists.
function listOf(items) {
  const stack = [];
  for (const paragraph of items) {
    const level = Number(LIST_LEVEL.exec(styleOf(paragraph))[2]);
    const { ownerDocument } = paragraph;
    const tag = MARKER.test(takeMarker(paragraph)) ? "ol" : "ul";
    while (stack.length > 1 && stack[stack.length - 1].level > level) stack.pop();
    let top = stack[stack.length - 1];
    if (!top || level > top.level) {
      const element = ownerDocument.createElement(tag);
      if (top) top.element.lastElementChild.append(element);
      else paragraph.before(element);
      top = { element, level };
      stack.push(top);
    }
    const item = ownerDocument.createElement("li");
    item.append(...paragraph.childNodes);
    top.element.append(item);
    paragraph.remove();
  }
}

function takeMarker(paragraph) {
  for (const span of paragraph.querySelectorAll("[data-style]")) {
    if (/mso-list:\s*ignore/i.test(styleOf(span))) {
      const text = span.textContent;
      span.remove();
      return text;
    }
  }
  return "";
}

// Google Docs puts a nested list beside the item that it belongs to.
function googleLists(body) {
  for (const list of [...body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")]) {
    if (list.previousElementSibling?.tagName === "LI") list.previousElementSibling.append(list);
  }
}

// Bold and italics that are styles become elements; elements whose style says otherwise go.
function marksOfStyles(body) {
  for (const element of [...body.querySelectorAll("[data-style]")]) {
    const style = styleOf(element);
    const weight = property(style, "font-weight");
    if (/^(?:B|STRONG)$/.test(element.tagName) && /^(?:normal|400)$/.test(weight)) {
      element.replaceWith(...element.childNodes);
      continue;
    }
    if (!/^(?:SPAN|FONT|A|B|I|EM|STRONG)$/.test(element.tagName)) continue;
    const align = property(style, "vertical-align");
    const tags = [
      /^(?:bold|[6-9]00)$/.test(weight) && !element.closest("h1,h2,h3,h4,h5,h6,b,strong") && "strong",
      property(style, "font-style") === "italic" && !element.closest("i,em") && "em",
      /line-through/.test(property(style, "text-decoration(?:-line)?")) && "s",
      align === "super" && "sup",
      align === "sub" && "sub",
    ].filter(Boolean);
    for (const tag of tags) {
      const wrapper = element.ownerDocument.createElement(tag);
      wrapper.append(...element.childNodes);
      element.append(wrapper);
    }
  }
}

function links(body) {
  for (const link of body.querySelectorAll("a")) {
    let href = (link.getAttribute("href") ?? "").trim();
    const redirected = /^https:\/\/www\.google\.com\/url\?(.*)$/.exec(href);
    if (redirected) href = new URLSearchParams(redirected[1]).get("q") ?? href;
    if (!isLink(href) || href.startsWith("#") || href.startsWith("/")) {
      link.replaceWith(...link.childNodes);
    } else link.setAttribute("href", href);
  }
}

// The title of a document that begins with one.
function takeTitle(body) {
  const first = body.querySelector("h1, h2, h3, p, li, table, img");
  const isTitle = first && (first.tagName === "H1" || /\bMsoTitle\b/.test(first.className));
  if (!isTitle || first.querySelector("img")) return "";
  const title = first.textContent.replace(/\s+/g, " ").trim();
  first.remove();
  return title;
}

const KEPT = {
  a: ["href"],
  img: ["src", "alt", "width", "height"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan"],
  ol: ["start"],
};

function plain(element) {
  const names = KEPT[element.localName] ?? [];
  if (/\bMsoTitle\b/.test(element.className)) rename(element, "h2");
  for (const { name } of [...element.attributes]) {
    if (!names.includes(name)) element.removeAttribute(name);
  }
}

function rename(element, tag) {
  const other = element.ownerDocument.createElement(tag);
  other.append(...element.childNodes);
  element.replaceWith(other);
}

function emptyParagraphs(body) {
  for (const pause of body.querySelectorAll("br")) {
    if (!pause.closest("p, li, td, th, pre, h1, h2, h3, h4, h5, h6, blockquote, div")) pause.remove();
  }
  for (const element of [...body.querySelectorAll("p, span, div, h1, h2, h3, h4, h5, h6, li")]) {
    if (!element.textContent.trim() && !element.querySelector("img, hr, table")) element.remove();
  }
}

// Unbreakable spaces between words are of the program that wrote them.
function spaces(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    text.data = text.data.replace(/\u00a0{2,}|\u00a0(?=[ \n])|(?<=[ \n])\u00a0/g, " ");
  }
}

// The pictures in what Word puts beside its HTML as RTF, in their order (RTF 1.9.1, "Pictures").
export function picturesInRtf(rtf) {
  const found = [];
  for (let at = rtf.indexOf("{\\pict"); at >= 0; at = rtf.indexOf("{\\pict", at + 1)) {
    const group = groupAt(rtf, at);
    const type = /\\pngblip/.test(group) ? "image/png" : /\\jpegblip/.test(group) ? "image/jpeg" : "";
    if (!type) continue;
    // What is left without inner groups and control words is the picture in hexadecimal digits.
    const hex = group
      .slice(1, -1)
      .replace(/\{[^{}]*\}/g, "")
      .replace(/\\[a-z]+-?\d* ?/gi, "")
      .replace(/[^0-9a-f]/gi, "");
    const bytes = new Uint8Array(hex.length >> 1);
    for (let place = 0; place < bytes.length; place += 1) {
      bytes[place] = parseInt(hex.slice(2 * place, 2 * place + 2), 16);
    }
    if (bytes.length) found.push(new File([bytes], `picture.${type.slice(6)}`, { type }));
  }
  return found;
}

function groupAt(rtf, start) {
  let depth = 0;
  for (let at = start; at < rtf.length; at += 1) {
    if (rtf[at] === "{") depth += 1;
    else if (rtf[at] === "}" && (depth -= 1) === 0) return rtf.slice(start, at + 1);
  }
  return "";
}
