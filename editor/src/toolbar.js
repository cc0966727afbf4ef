// The buttons above the text, and the panel below them for a link, a picture or a table.
import { setBlockType, toggleMark, wrapIn, lift } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { NodeSelection } from "prosemirror-state";
import { liftListItem, sinkListItem, wrapInList } from "prosemirror-schema-list";
import {
  addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, isInTable, toggleHeaderRow,
} from "prosemirror-tables";
import { isLink, schema } from "./schema.js";

const { marks, nodes } = schema;
const PATHS = {
  strong: "M7.5 5h5.5a3.4 3.4 0 0 1 0 6.8H7.5zM7.5 11.8h6.3a3.6 3.6 0 0 1 0 7.2H7.5z",
  em: "M10 5h7M7 19h7M14 5l-4 14",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3",
  bullets: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  numbers: "M10 6h10M10 12h10M10 18h10M4 4.5h1.5V9M4 9h3M4 14.5c2.5-1 3.5 1 0 4.5h3",
  quote: "M5 6v12M9.5 8H20M9.5 12H20M9.5 16H16",
  picture: "M3.5 5h17v14h-17zM3.5 16.5 8.5 11l4.5 5 2.7-2.7 4.8 4.5M15.2 9.2h.8",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  undo: "M8 5 4 9l4 4M4.5 9H15a5 5 0 0 1 0 10H9",
  redo: "M16 5l4 4-4 4M19.5 9H9a5 5 0 0 0 0 10h6",
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const isIn = (state, type) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type === type) return true;
  }
  return false;
};

const hasMark = ({ selection, doc, storedMarks }, type) =>
  selection.empty
    ? Boolean(type.isInSet(storedMarks ?? selection.$from.marks()))
    : doc.rangeHasMark(selection.from, selection.to, type);

// In a list of this kind the items leave it; elsewhere the blocks become one.
const list = (type) => (state, dispatch, view) =>
  isIn(state, type)
    ? liftListItem(nodes.list_item)(state, dispatch, view)
    : wrapInList(type)(state, dispatch, view);
const quote = (state, dispatch, view) =>
  isIn(state, nodes.blockquote) ? lift(state, dispatch) : wrapIn(nodes.blockquote)(state, dispatch, view);

function insertTable(state, dispatch) {
  const row = (type) =>
    nodes.table_row.create(null, [1, 2].map(() => type.createAndFill()));
  const table = nodes.table.create(null, [
    row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell),
  ]);
  if (dispatch) dispatch(state.tr.replaceSelectionWith(table).scrollIntoView());
  return true;
}

// The link around the selection: its ends and its mark.
function linkAt(state) {
  const { $from, empty } = state.selection;
  const mark = marks.link.isInSet($from.marks()) ?? $from.nodeAfter?.marks.find((m) => m.type === marks.link);
  if (!mark || !empty) return mark ? { from: state.selection.from, to: state.selection.to, mark } : null;
  let from = $from.pos;
  let to = $from.pos;
  const has = (node) => node && mark.isInSet(node.marks);
  for (let at = state.doc.resolve(from); has(at.nodeBefore); at = state.doc.resolve(from)) from -= at.nodeBefore.nodeSize;
  for (let at = state.doc.resolve(to); has(at.nodeAfter); at = state.doc.resolve(to)) to += at.nodeAfter.nodeSize;
  return { from, to, mark };
}

export class Toolbar {
  // `choose` asks for a picture's file and puts it in.
  constructor(view, holder, choose) {
    this.view = view;
    this.buttons = [];
    this.choose = choose;
    this.kind = element(
      "select",
      { "aria-label": "Kind of text" },
      new Option("Text", "0"), new Option("Heading", "2"), new Option("Subheading", "3"),
      new Option("Small heading", "4"),
    );
    this.kind.addEventListener("change", () => {
      const level = Number(this.kind.value);
      this.run(level ? setBlockType(nodes.heading, { level }) : setBlockType(nodes.paragraph));
    });
    this.panel = element("div", { class: "editor-panel", hidden: true });
    const bar = element(
      "div",
      { class: "editor-bar", role: "toolbar", "aria-label": "Format" },
      this.kind,
      this.button("strong", "Bold", toggleMark(marks.strong), (state) => hasMark(state, marks.strong)),
      this.button("em", "Italic", toggleMark(marks.em), (state) => hasMark(state, marks.em)),
      this.button("link", "Link", () => this.openLink(), (state) => hasMark(state, marks.link)),
      this.button("bullets", "List", list(nodes.bullet_list), (state) => isIn(state, nodes.bullet_list)),
      this.button("numbers", "Numbered list", list(nodes.ordered_list), (state) => isIn(state, nodes.ordered_list)),
      this.button("quote", "Quotation", quote, (state) => isIn(state, nodes.blockquote)),
      this.button("picture", "Picture", () => this.choose()),
      this.button("table", "Table", insertTable),
      this.button("undo", "Undo", undo),
      this.button("redo", "Redo", redo),
    );
    holder.append(bar, this.panel);
    this.update();
  }

  button(name, label, command, isOn) {
    const made = element("button", { type: "button", title: label, "aria-label": label }, icon(name));
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", () => this.run(command));
    this.buttons.push({ made, command, isOn });
    return made;
  }

  run(command) {
    command(this.view.state, this.view.dispatch, this.view);
    if (!this.panel.contains(document.activeElement)) this.view.focus();
  }

  update() {
    const { state } = this.view;
    for (const { made, isOn } of this.buttons) {
      if (isOn) made.setAttribute("aria-pressed", String(Boolean(isOn(state))));
    }
    const parent = state.selection.$from.parent;
    this.kind.value = parent.type === nodes.heading ? String(Math.min(parent.attrs.level, 4)) : "0";
    if (!this.panel.contains(document.activeElement)) this.showPanel();
  }

  // What the panel is about: the selected picture, the table, or nothing.
  showPanel() {
    const { selection } = this.view.state;
    const picture = selection instanceof NodeSelection && selection.node.type === nodes.picture;
    if (picture) this.showPicture(selection.node, selection.from);
    else if (isInTable(this.view.state)) this.showTable();
    else this.hidePanel();
  }

  hidePanel() {
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.about = null;
  }

  fill(about, ...children) {
    this.about = about;
    this.panel.replaceChildren(...children);
    this.panel.hidden = false;
  }

  openLink() {
    const { state } = this.view;
    const found = linkAt(state);
    const { from, to } = found ?? state.selection;
    const input = element("input", {
      type: "url", id: "editor-link", value: found?.mark.attrs.href ?? "", placeholder: "https://", inputmode: "url",
    });
    const wrong = element("p", { class: "error", hidden: true }, "Write an address that begins with https:// or mailto:");
    const close = () => {
      this.hidePanel();
      this.view.focus();
    };
    const apply = () => {
      let href = input.value.trim();
      if (/^[\w.-]+\.[a-z]{2,}(?:\/|$)/i.test(href)) href = `https://${href}`;
      if (/^[^\s@/]+@[^\s@]+$/.test(href)) href = `mailto:${href}`;
      wrong.hidden = isLink(href);
      if (!isLink(href)) return;
      const link = marks.link.create({ ...found?.mark.attrs, href });
      const { tr: transaction } = this.view.state;
      if (from === to) transaction.replaceSelectionWith(schema.text(href, [link]), false);
      else transaction.removeMark(from, to, marks.link).addMark(from, to, link);
      this.view.dispatch(transaction);
      close();
    };
    const remove = () => {
      this.view.dispatch(this.view.state.tr.removeMark(from, to, marks.link));
      close();
    };
    this.fill(
      "link",
      element("label", { for: "editor-link" }, "Address of the link"), input,
      this.action("Put in", apply, "main"), found ? this.action("Remove the link", remove) : "",
      this.action("Cancel", close), wrong,
    );
    this.onKeys(input, apply, close);
    input.focus();
  }

  showPicture(node, at) {
    if (this.about === node) return;
    const input = element("input", { type: "text", id: "editor-alt", value: node.attrs.alt ?? "" });
    const decorates = element("input", { type: "checkbox", id: "editor-decorates" });
    decorates.checked = node.attrs.alt === "";
    input.disabled = decorates.checked;
    const apply = () => {
      input.disabled = decorates.checked;
      const alt = decorates.checked ? "" : input.value.trim() || null;
      const { doc, tr: transaction } = this.view.state;
      const here = doc.nodeAt(at);
      if (here?.type !== nodes.picture || here.attrs.alt === alt) return;
      transaction.setNodeMarkup(at, null, { ...here.attrs, alt });
      this.view.dispatch(transaction.setSelection(NodeSelection.create(transaction.doc, at)));
    };
    input.addEventListener("input", apply);
    decorates.addEventListener("change", apply);
    this.onKeys(input, () => this.view.focus(), () => this.view.focus());
    const remove = () => {
      this.view.dispatch(this.view.state.tr.deleteSelection());
      this.view.focus();
    };
    this.fill(
      node,
      element("label", { for: "editor-alt" }, "What the picture shows, for those who cannot see it"), input,
      element("span", { class: "editor-choice" }, decorates, element("label", { for: "editor-decorates" }, "It only decorates")),
      this.action("Remove the picture", remove),
    );
  }

  // Asks for the description of a picture that was just put in.
  describe() {
    this.showPanel();
    this.panel.querySelector("#editor-alt")?.focus();
  }

  showTable() {
    if (this.about === "table") return;
    const does = (label, command) => this.action(label, () => this.run(command));
    this.fill(
      "table",
      does("Add a row", addRowAfter), does("Add a column", addColumnAfter),
      does("Headings on or off", toggleHeaderRow), does("Remove the row", deleteRow),
      does("Remove the column", deleteColumn), does("Remove the table", deleteTable),
    );
  }

  action(label, does, kind = "plain") {
    const made = element("button", { type: "button", class: `button ${kind}` }, label);
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", does);
    return made;
  }

  onKeys(input, enter, escape) {
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        enter();
      } else if (event.key === "Escape") {
        event.preventDefault();
        escape();
      }
    });
  }
}

export const sink = sinkListItem(nodes.list_item);
export const raise = liftListItem(nodes.list_item);
