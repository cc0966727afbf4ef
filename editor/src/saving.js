// Keeps what is written: on the server after a pause, in this browser where that fails.
const PAUSE = 1500;
const LONGEST = 8000;
const HEARTBEAT = 30_000;
// What the console answers where the session is over, or is not the one that opened the page.
const SIGNED_OUT = 403;
const CONFLICT = 409;

export class Saving {
  // `settings`: number, version, keep (address), csrf; `words` gives the fields; `show` tells the state.
  constructor(settings, words, show) {
    this.settings = settings;
    this.words = words;
    this.show = show;
    this.number = settings.number;
    this.version = settings.version;
    this.isDirty = false;
    this.isOver = false;
    this.timer = 0;
    this.since = 0;
    this.beat = setInterval(() => this.send(), HEARTBEAT);
    if (this.number) this.send();
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.isDirty) this.send();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.isDirty && !this.isOver) event.preventDefault();
    });
  }

  get place() {
    return `newsletter article ${this.number ?? "new"}`;
  }

  // Words that this browser kept because the server had not answered; null without.
  left() {
    try {
      return JSON.parse(localStorage.getItem(this.place));
    } catch {
      return null;
    }
  }

  forget() {
    localStorage.removeItem(this.place);
  }

  changed() {
    if (this.isOver) return;
    const now = Date.now();
    if (!this.isDirty) this.since = now;
    this.isDirty = true;
    this.show({ state: "writing" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - now)));
  }

  // Nothing is sent any more: the form itself is on its way.
  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    clearInterval(this.beat);
  }

  // Calls back once nothing is on its way.
  idle(does) {
    if (this.isSending) this.waiting = does;
    else does();
  }

  async send() {
    if (this.isOver) return;
    if (this.isSending) {
      this.isAgain = true;
      return;
    }
    if (!this.number && !this.isDirty) return;
    this.isSending = true;
    clearTimeout(this.timer);
    const isWritten = this.isDirty;
    const words = isWritten ? this.words() : null;
    this.isDirty = false;
    try {
      await this.post(words);
      if (words) this.forget();
    } catch (error) {
      this.failed(words, error);
    } finally {
      this.isSending = false;
    }
    if (this.waiting) {
      this.waiting();
    } else if (this.isAgain) {
      this.isAgain = false;
      this.send();
    }
  }

  async post(words) {
    const answer = await fetch(this.settings.keep, { method: "POST", body: this.form(words) });
    if (!answer.headers.get("content-type")?.startsWith("application/json")) {
      throw new Error(answer.status === SIGNED_OUT ? "you are signed out; save once more to sign in" : "the server did not take them");
    }
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.message), { isOvertaken: answer.status === CONFLICT });
    if (!this.number) {
      this.forget();
      this.number = told.number;
      this.show({ state: "begun", ...told });
    }
    // A version that others made is not ours to build on.
    if (!told.is_stale) this.version = told.version;
    this.show({ state: told.is_stale ? "stale" : words ? (told.is_saved ? "saved" : "kept") : "present", ...told });
  }

  form(words) {
    const form = new URLSearchParams({ csrf: this.settings.csrf, base: this.version });
    if (this.number) form.set("number", this.number);
    for (const [name, value] of Object.entries(words ?? {})) form.set(name, value);
    if (words) form.set("has_words", "yes");
    return form;
  }

  failed(words, error) {
    if (words) {
      this.isDirty = true;
      localStorage.setItem(this.place, JSON.stringify({ ...words, base: this.version, at: Date.now() }));
    }
    this.show({ state: "failed", message: error.message, isOvertaken: error.isOvertaken, hasWords: Boolean(words) });
  }
}

// A bulletin's: it has no heartbeat, since nobody is told who is in it.
export class BulletinSaving extends Saving {
  get place() {
    return `newsletter bulletin ${this.number ?? "new"}`;
  }

  // A bulletin begins to exist with its first word, not with its audience or time.
  changed() {
    if (this.number || this.hasWords()) super.changed();
  }

  hasWords() {
    const { subject, text } = this.words();
    return Boolean(subject.trim() || text);
  }

  async send() {
    if (this.isDirty) await super.send();
  }

  form({ topics, ...words }) {
    const form = new URLSearchParams({ csrf: this.settings.csrf, revision: this.version, ...words });
    if (this.number) form.set("number", this.number);
    for (const topic of topics) form.append("topics", topic);
    return form;
  }
}
