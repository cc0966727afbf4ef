// From the stored HTML to the document and back, so that what was not touched stays the same to the
// byte.
//
// The stored HTML is cut into its top-level elements. Each piece becomes blocks of the document, and
// what the editor cannot show without losing something becomes an opaque block. On saving, each
// piece whose blocks are as they were is written as it was stored; the rest is written anew.
import { DOMParser as Parser, DOMSerializer, Fragment } from "prosemirror-model";
import { keepOpaque, opaqueHtml, schema } from "./schema.js";
import { canonical } from "./canonical.js";

const VOID = new Set(["br", "col", "hr", "img", "wbr"]);
const INLINE = new Set(
  ("a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup "
    + "time u var wbr").split(" "),
);
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>|[^<]+|</g;
const parser = Parser.fromSchema(schema);
const serializer = DOMSerializer.fromSchema(schema);

// The stored HTML in pieces: a block each, or a run of inline content; white space after a piece
// belongs to it. Null if it is not as our sanitiser writes it.
export function piecesOf(html) {
  const pieces = [];
  const open = [];
  for (const [text, closes, tag] of html.matchAll(TOKEN)) {
    if (text === "<") return null;
    const last = pieces[pieces.length - 1];
    if (open.length) {
      last.html += text;
    } else {
      if (closes) return null;
      const kind = kindOf(text, tag);
      const goesOn = last && (kind === "space" || (kind === "inline" && last.kind === "inline"));
      if (goesOn) last.html += text;
      else if (last?.kind === "space") pieces[0] = { html: last.html + text, kind };
      else pieces.push({ html: text, kind });
    }
    if (!tag || VOID.has(tag)) continue;
    if (!closes) open.push(tag);
    else if (open.pop() !== tag) return null;
  }
  return open.length ? null : pieces.map((piece) => piece.html);
}

function kindOf(text, tag) {
  if (tag) return INLINE.has(tag) ? "inline" : "block";
  return text.trim() ? "inline" : "space";
}

function parsed(html) {
  const holder = document.implementation.createHTMLDocument("").body;
  holder.innerHTML = html;
  return holder;
}

// The blocks of a piece; one opaque block if anything of it would be lost.
function blocksOf(html) {
  if (!html.trim()) return [];
  const holder = parsed(html);
  const slice = parser.parse(holder, { topNode: schema.nodes.doc.create() });
  const blocks = slice.content.content;
  const written = parsed(blocks.map(htmlOf).join(""));
  if (canonical(written) === canonical(holder)) return blocks;
  return [schema.nodes.opaque.create({ id: keepOpaque(html.trim()) })];
}

// A stored body as a document, with the pieces it was made of.
export function read(html) {
  const cut = piecesOf(html) ?? [html];
  const pieces = cut.map((source) => ({ source, blocks: blocksOf(source) }));
  const blocks = pieces.flatMap((piece) => piece.blocks);
  const doc = schema.nodes.doc.create(
    null,
    blocks.length ? blocks : [schema.nodes.paragraph.create()],
  );
  return { html, doc, pieces: pieces.filter((piece) => piece.blocks.length) };
}

// The document as HTML.
export function write(doc, origin) {
  if (doc.eq(origin.doc)) return origin.html;
  const left = [...origin.pieces];
  let whole = "";
  let isNew = true;
  const add = (part, isWritten) => {
    if (whole && (isNew || isWritten) && !/\s$/.test(whole)) whole += "\n";
    whole += part;
    isNew = isWritten;
  };
  for (let at = 0; at < doc.childCount; ) {
    const found = left.findIndex((piece) => isAt(doc, at, piece.blocks));
    if (found >= 0) {
      const [piece] = left.splice(found, 1);
      add(piece.source, false);
      at += piece.blocks.length;
    } else {
      const part = htmlOf(doc.child(at));
      if (part) add(part, true);
      at += 1;
    }
  }
  return whole.trim();
}

function isAt(doc, at, blocks) {
  return (
    at + blocks.length <= doc.childCount
    && blocks.every((block, number) => {
      const here = doc.child(at + number);
      return here === block || here.eq(block);
    })
  );
}

// A block as HTML. Pictures on their way to the server are left out until they have arrived, and so
// are blocks without anything in them.
function htmlOf(block) {
  if (block.type === schema.nodes.opaque) return opaqueHtml(block.attrs.id);
  const holder = document.implementation.createHTMLDocument("").body;
  holder.append(serializer.serializeFragment(Fragment.from(block), { document: holder.ownerDocument }));
  for (const picture of holder.querySelectorAll("img[data-pending]")) picture.remove();
  for (const found of holder.querySelectorAll("[data-opaque]")) {
    found.outerHTML = opaqueHtml(found.getAttribute("data-opaque"));
  }
  for (const item of holder.querySelectorAll("li, td, th")) unwrapOnly(item);
  for (const table of holder.querySelectorAll("table")) withHead(table);
  if (!holder.textContent.trim() && !holder.querySelector("img, hr, table, [data-opaque]")) return "";
  return holder.innerHTML;
}

// A cell or list item with one paragraph alone is written without it.
function unwrapOnly(element) {
  const [first, second] = element.children;
  if (first?.tagName !== "P" || element.firstChild !== first) return;
  const isAlone = !second;
  const isBeforeList = second && element.tagName === "LI" && /^[UO]L$/.test(second.tagName);
  if (isAlone || isBeforeList) first.replaceWith(...first.childNodes);
}

// A first row of headings alone is the head of the table.
function withHead(table) {
  const row = table.rows[0];
  if (!row || table.tHead || [...row.cells].some((cell) => cell.tagName !== "TH")) return;
  table.createTHead().append(row);
  for (const body of table.tBodies) if (!body.rows.length) body.remove();
}
