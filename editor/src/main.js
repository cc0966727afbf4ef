// The editor: takes the place of the text field in the form of an article or a bulletin.
import { baseKeymap, chainCommands, exitCode, toggleMark } from "prosemirror-commands";
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { history, redo, undo } from "prosemirror-history";
import { inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { DOMParser as Parser } from "prosemirror-model";
import { splitListItem } from "prosemirror-schema-list";
import { EditorState, NodeSelection, Plugin } from "prosemirror-state";
import { goToNextCell, tableEditing } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";
import { cleaned, picturesInRtf } from "./paste.js";
import { PictureView, Uploads, isPicture, shownAt } from "./pictures.js";
import { BulletinSaving, Saving } from "./saving.js";
import { opaqueHtml, schema } from "./schema.js";
import { read, write } from "./source.js";
import { Toolbar, raise, sink } from "./toolbar.js";

const { marks, nodes } = schema;
const OWN_MEDIA = /^(?:https?:\/\/[^/]+)?(?:\/[^?#]*)?\/media\/[0-9a-f]{32}\.(?:jpg|png|gif)$/;

class OpaqueView {
  constructor(node, root) {
    this.dom = document.createElement("div");
    this.dom.className = "opaque";
    const label = document.createElement("p");
    label.className = "opaque-label";
    label.textContent = "Kept as it is: the editor cannot show this part. It can be moved or removed.";
    const shown = document.createElement("div");
    // In a template nothing is fetched yet.
    const kept = document.createElement("template");
    kept.innerHTML = opaqueHtml(node.attrs.id);
    for (const image of kept.content.querySelectorAll("img[src]")) {
      image.setAttribute("src", shownAt(image.getAttribute("src"), root));
    }
    shown.append(kept.content);
    shown.inert = true;
    this.dom.append(label, shown);
  }

  ignoreMutation() {
    return true;
  }
}

function rules() {
  return inputRules({
    rules: [
      wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
      wrappingInputRule(/^\s*([-*])\s$/, nodes.bullet_list),
      wrappingInputRule(
        /^(\d+)\.\s$/, nodes.ordered_list,
        ([, start]) => ({ start: start === "1" ? null : start }),
      ),
      textblockTypeInputRule(/^(#{1,3})\s$/, nodes.heading, ([, hashes]) => ({
        level: Math.max(2, hashes.length),
      })),
    ],
  });
}

function keys(openLink, keep) {
  const lineBreak = chainCommands(exitCode, (state, dispatch) => {
    if (dispatch) dispatch(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
    return true;
  });
  return keymap({
    "Mod-z": undo,
    "Mod-y": redo,
    "Shift-Mod-z": redo,
    "Mod-b": toggleMark(marks.strong),
    "Mod-i": toggleMark(marks.em),
    "Mod-k": openLink,
    "Mod-s": keep,
    "Enter": splitListItem(nodes.list_item),
    "Shift-Enter": lineBreak,
    // From a list Tab goes on to the next field, as from any text.
    "Tab": goToNextCell(1),
    "Shift-Tab": goToNextCell(-1),
    // Outside lists too: the browser would go back a page.
    "Mod-]": chainCommands(sink, () => true),
    "Mod-[": chainCommands(raise, () => true),
  });
}

class Editor {
  constructor(form, settings) {
    this.form = form;
    this.settings = settings;
    this.origin = read(settings.body);
    this.status = form.querySelector("[data-editor-status]");
    this.uploads = new Uploads((data) => this.upload(data), (text) => this.say(text));
    this.mount(form.querySelector("[data-editor]"));
    this.keep();
    this.fields();
  }

  // An article is saved by itself while it is written.
  keep() {
    this.saving = new Saving(this.settings, () => this.words(), (told) => this.show(told));
    this.offerLeft();
  }

  mount(holder) {
    const tools = document.createElement("div");
    const text = document.createElement("div");
    holder.replaceChildren(tools, text);
    this.view = new EditorView(text, {
      state: EditorState.create({ doc: this.origin.doc, plugins: this.plugins() }),
      nodeViews: {
        picture: (node) => new PictureView(node, this.settings.root),
        opaque: (node) => new OpaqueView(node, this.settings.root),
      },
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Text", class: "prose" },
      dispatchTransaction: (transaction) => this.dispatch(transaction),
      handlePaste: (_view, event) => this.pasteFiles(event.clipboardData),
      handleDrop: (view, event) => this.dropFiles(view, event),
      handleDOMEvents: {
        paste: (_view, event) => {
          this.rtf = event.clipboardData?.getData("text/rtf") ?? "";
          return false;
        },
      },
      transformPastedHTML: (html) => this.paste(html),
    });
    this.toolbar = new Toolbar(this.view, tools, () => this.choose());
  }

  plugins() {
    return [
      rules(),
      keys(
        () => {
          this.toolbar.openLink();
          return true;
        },
        () => {
          this.saving.send?.();
          return true;
        },
      ),
      keymap(baseKeymap),
      history(),
      dropCursor(),
      gapCursor(),
      tableEditing(),
      new Plugin({ view: () => ({ update: () => this.toolbar?.update() }) }),
    ];
  }

  dispatch(transaction) {
    this.view.updateState(this.view.state.apply(transaction));
    if (!transaction.docChanged) return;
    if (this.uploads.isBusy) this.uploads.start(this.view);
    this.saving?.changed();
  }

  html() {
    return write(this.view.state.doc, this.origin);
  }

  // ---- What is pasted and dropped ----

  paste(html) {
    const title = this.form.elements.title;
    const isEmpty = !title.value.trim();
    const found = cleaned(html, isEmpty);
    if (found.title) {
      title.value = found.title;
      title.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return this.withPictures(found.html);
  }

  // The pictures of pasted HTML begin their way to the server.
  withPictures(html) {
    if (!html.includes("<img")) return html;
    const body = new DOMParser().parseFromString(html, "text/html").body;
    const pictures = picturesInRtf(this.rtf ?? "");
    let missing = 0;
    for (const image of body.querySelectorAll("img")) {
      const src = image.getAttribute("src") ?? "";
      if (OWN_MEDIA.test(src)) continue;
      const source = /^https?:/.test(src) ? src : src.startsWith("data:") ? fileOf(src) : pictures.shift();
      if (!source) {
        missing += 1;
        image.remove();
        continue;
      }
      const begun = this.uploads.begin(source, image.getAttribute("alt"));
      image.removeAttribute("width");
      image.removeAttribute("height");
      image.setAttribute("src", begun.src);
      image.setAttribute("data-pending", begun.pending);
    }
    if (missing) {
      this.say(`${missing === 1 ? "A picture was" : `${missing} pictures were`} not among what was copied. Put it in with the picture button.`);
    }
    return body.innerHTML;
  }

  pasteFiles(data) {
    const files = [...(data?.files ?? [])].filter(isPicture);
    const html = data?.getData("text/html") ?? "";
    if (!files.length || /<(?:p|h\d|li|td|span)\b/i.test(html)) return false;
    this.insertFiles(files);
    return true;
  }

  dropFiles(view, event) {
    const files = [...(event.dataTransfer?.files ?? [])].filter(isPicture);
    if (!files.length) return false;
    const at = view.posAtCoords({ left: event.clientX, top: event.clientY });
    event.preventDefault();
    this.insertFiles(files, at?.pos);
    return true;
  }

  choose() {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/*,.heic,.heif";
    input.multiple = true;
    input.addEventListener("change", () => this.insertFiles([...input.files]));
    input.click();
  }

  insertFiles(files, at = this.view.state.selection.from) {
    const { tr: transaction } = this.view.state;
    for (const file of files) {
      transaction.insert(transaction.mapping.map(at), nodes.picture.create(this.uploads.begin(file)));
    }
    this.view.dispatch(transaction.scrollIntoView());
    if (files.length !== 1) return;
    const place = this.placeOfPending();
    if (place === null) return;
    this.view.dispatch(this.view.state.tr.setSelection(NodeSelection.create(this.view.state.doc, place)));
    this.toolbar.describe();
  }

  placeOfPending() {
    let place = null;
    this.view.state.doc.descendants((node, at) => {
      if (node.type === nodes.picture && node.attrs.pending) place = at;
    });
    return place;
  }

  async upload(data) {
    data.set("csrf", this.settings.csrf);
    const answer = await fetch(this.settings.upload, { method: "POST", body: data });
    if (!answer.headers.get("content-type")?.startsWith("application/json")) {
      throw new Error(answer.status === 413 ? "it is too large" : "the server did not take it");
    }
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    return told;
  }

  // ---- The form around the text ----

  fields() {
    this.form.addEventListener("input", (event) => {
      if (!event.target.closest("[data-editor]")) this.saving.changed();
    });
    const at = this.form.elements.at;
    at?.addEventListener("input", () => {
      const choice = this.form.querySelector("input[name=when][value=at]");
      if (choice && at.value) choice.checked = true;
    });
    this.form.addEventListener("formdata", ({ formData }) => this.complete(formData));
    this.form.addEventListener("submit", (event) => this.submit(event), true);
  }

  // What the form is sent with.
  complete(formData) {
    formData.set("body_html", this.html());
    formData.set("base", this.saving.version);
    formData.delete("text");
  }

  submit(event) {
    const isOnItsWay = this.saving.isSending;
    if (!this.uploads.isBusy && !isOnItsWay) {
      this.saving.end();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.uploads.isBusy) this.say("A picture is still on its way; press again in a moment.");
    else this.saving.idle(() => this.form.requestSubmit(event.submitter));
  }

  words() {
    const data = new FormData(this.form);
    const found = { topics: "" };
    for (const name of ["title", "summary", "author", "canonical_url", "image_url", "more_topics"]) {
      if (data.has(name)) found[name] = data.get(name);
    }
    found.topics = data.getAll("topics").join("\n");
    found.body_html = this.html();
    return found;
  }

  offerLeft() {
    const left = this.saving.left();
    if (!left) return;
    if (Object.entries(this.words()).every(([name, value]) => String(left[name]) === String(value))) {
      this.saving.forget();
      return;
    }
    const at = new Date(left.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    this.say(`This browser kept words of ${at} that had not reached the server.`, "Bring them back", () => {
      this.bringBack(left);
      this.saving.changed();
    });
  }

  bringBack(left) {
    this.replace(left.body_html);
    this.form.elements.title.value = left.title;
  }

  replace(html) {
    const holder = new DOMParser().parseFromString(html, "text/html").body;
    const { content } = Parser.fromSchema(schema).parse(holder);
    const { tr: transaction, doc } = this.view.state;
    this.view.dispatch(transaction.replaceWith(0, doc.content.size, content));
  }

  // ---- What the writer is told ----

  show(told) {
    if (told.state === "begun") this.begun(told.number);
    const words = {
      writing: "Writing…",
      saved: "Saved as a draft",
      kept: "Your words are kept; they appear when you save",
      stale: "Your words are kept, but the article has changed",
      failed: told.hasWords ? `Not saved: ${told.message.replace(/\.$/, "")}. This browser keeps your words.` : "",
    }[told.state];
    if (words !== undefined && this.status.textContent !== words) this.status.textContent = words;
    this.status.dataset.state = told.state;
    if (told.notice !== undefined) this.tell(told.notice);
  }

  // What was new has its number now: the address of the page is its own.
  begun(number) {
    const address = this.settings.page.replace(/0$/, String(number));
    window.history.replaceState(null, "", address);
    this.form.action = address;
  }

  // What others do in the article, as the server words it.
  tell(notice) {
    const holder = this.form.querySelector("[data-editor-others]");
    if (holder.dataset.shown === notice) return;
    holder.dataset.shown = notice;
    holder.innerHTML = notice;
    holder.hidden = !notice;
  }

  say(text, label = "", does = null) {
    const holder = this.form.querySelector("[data-editor-message]");
    const words = document.createElement("p");
    words.textContent = text;
    holder.replaceChildren(words);
    if (does) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = label;
      button.addEventListener("click", () => {
        does();
        holder.hidden = true;
      });
      holder.append(button);
    }
    holder.hidden = false;
  }
}

// A bulletin: its text stays as it was written unless it is touched.
class BulletinEditor extends Editor {
  keep() {
    this.isTouched = false;
    this.saving = new BulletinSaving(this.settings, () => this.words(), (told) => this.show(told));
    this.offerLeft();
  }

  dispatch(transaction) {
    if (transaction.docChanged) this.isTouched = true;
    super.dispatch(transaction);
  }

  show(told) {
    super.show(told);
    if (!told.isOvertaken) return;
    const holder = this.form.querySelector("[data-overtaken]");
    holder.querySelector("a").href = this.form.action;
    holder.hidden = false;
  }

  complete(formData) {
    formData.set("revision", this.saving.version);
    formData.set("text", this.isTouched ? this.html() : this.settings.text);
    if (this.isTouched || this.settings.is_html) formData.set("is_html", "yes");
  }

  words() {
    const data = new FormData(this.form);
    const topics = data.getAll("topics");
    for (const name of ["csrf", "topics", "revision"]) data.delete(name);
    return { ...Object.fromEntries(data), topics };
  }

  bringBack(left) {
    this.form.elements.subject.value = left.subject;
    if (left.is_html) this.replace(left.text);
  }

  paste(html) {
    return this.withPictures(cleaned(html, false).html);
  }
}

function fileOf(address) {
  const found = /^data:(image\/[\w+.-]+);base64,([A-Za-z0-9+/=\s]+)$/.exec(address);
  if (!found) return null;
  const bytes = Uint8Array.from(atob(found[2].replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
  return new File([bytes], "picture", { type: found[1] });
}

const form = document.querySelector("[data-article], [data-bulletin]");
if (form) {
  const settings = JSON.parse(document.getElementById("article-settings").textContent);
  const made = form.matches("[data-article]") ? Editor : BulletinEditor;
  window.articleEditor = new made(form, settings);
}
