// Pictures on their way to the server: shown from memory meanwhile.
import { schema } from "./schema.js";

const CHANGED = "pictures";
let number = 0;

export class Uploads {
  // `send` takes a FormData and gives { src, width, height, alt }; `say` shows a message.
  constructor(send, say) {
    this.send = send;
    this.say = say;
    this.waiting = new Map();
  }

  get isBusy() {
    return this.waiting.size > 0;
  }

  // A picture of the document for a file, or for an address that the server is to fetch.
  begin(source, alt = null) {
    number += 1;
    const pending = String(number);
    this.waiting.set(pending, { source, alt });
    const src = source instanceof File ? URL.createObjectURL(source) : source;
    return { src, alt, pending };
  }

  // Sends what waits and stands in the document; what is not in it any more is forgotten.
  async start(view) {
    for (const [pending, waiting] of this.waiting) {
      if (waiting.isSent) continue;
      waiting.isSent = true;
      const form = new FormData();
      if (waiting.source instanceof File) form.set("file", waiting.source);
      else form.set("address", waiting.source);
      if (waiting.alt !== null) form.set("alt", waiting.alt);
      try {
        const { src, width, height, alt } = await this.send(form);
        const attrs = { src, width: String(width), height: String(height), alt: waiting.alt ?? alt };
        this.settle(view, pending, (transaction, at) => transaction.setNodeMarkup(at, null, attrs));
      } catch (error) {
        this.settle(view, pending, (transaction, at) => transaction.delete(at, at + 1));
        this.say(`A picture was left out: ${error.message}`);
      }
    }
  }

  settle(view, pending, change) {
    this.waiting.delete(pending);
    const { tr: transaction, doc } = view.state;
    let place = -1;
    doc.descendants((node, at) => {
      if (node.type === schema.nodes.picture && node.attrs.pending === pending) place = at;
    });
    if (place < 0) return;
    const { src } = doc.nodeAt(place).attrs;
    if (src.startsWith("blob:")) URL.revokeObjectURL(src);
    view.dispatch(change(transaction, place).setMeta("addToHistory", false).setMeta(CHANGED, true));
  }
}

export const isPicture = (file) => /^image\//.test(file.type) && file.type !== "image/svg+xml";

// Where a picture of the site is found: the site may stand below a path of its host.
export const shownAt = (src, root) => (/^\/(?!\/)/.test(src) ? root + src : src);

// A picture as it is shown, with a mark while nobody has said what it shows.
export class PictureView {
  constructor(node, root) {
    this.root = root;
    this.dom = document.createElement("span");
    this.image = document.createElement("img");
    this.mark = document.createElement("span");
    this.dom.className = "picture";
    this.mark.className = "picture-mark";
    this.dom.append(this.image, this.mark);
    this.update(node);
  }

  update(node) {
    if (node.type !== schema.nodes.picture) return false;
    const { src, alt, width, height, pending } = node.attrs;
    const shown = shownAt(src, this.root);
    if (this.image.getAttribute("src") !== shown) this.image.src = shown;
    this.image.alt = alt ?? "";
    for (const [name, value] of Object.entries({ width, height })) {
      if (value) this.image.setAttribute(name, value);
      else this.image.removeAttribute(name);
    }
    this.dom.classList.toggle("is-pending", Boolean(pending));
    this.mark.textContent = pending ? "Uploading…" : alt === null ? "No description yet" : "";
    this.mark.hidden = !this.mark.textContent;
    return true;
  }

  stopEvent() {
    return false;
  }

  ignoreMutation() {
    return true;
  }
}
