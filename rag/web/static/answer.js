// An answer as it arrives. Nodes are only ever added, so that a screen reader announces each sentence once.

import { h } from "./dom.js";
import { t } from "./i18n.js";

/** Renders `text [1]` into `body`; `cite(n)` makes the button for a number. Call `add` with each piece, `end` at the end. */
export class AnswerWriter {
  constructor(body, cite) {
    this.body = body;
    this.cite = cite;
    this.rest = "";
    this.line = null; // the paragraph or list item that takes text
    this.list = null;
    this.sentence = null;
    this.cited = false; // the sentence has its citation: text after it is the next sentence
  }

  add(text) {
    this.rest += text;
    this.#write(false);
  }

  end() {
    this.#write(true);
    this.rest = "";
  }

  #write(last) {
    while (this.rest) {
      const taken = this.#take(last);
      if (!taken) return; // the rest of it has not arrived
      this.rest = this.rest.slice(taken);
    }
  }

  /** Render what stands at the front; returns how many characters that was. */
  #take(last) {
    const { rest } = this;
    if (!this.line) {
      const blank = /^\s+/.exec(rest);
      if (blank) return blank[0].length;
      if (!last && /^[-*•]$/.test(rest)) return 0;
      const mark = /^[-*•]\s+/.exec(rest);
      this.#open(Boolean(mark));
      if (mark) return mark[0].length;
    }
    if (rest[0] === "\n") {
      this.line = null;
      return 1;
    }
    const number = /^\[(\d{1,3})\]/.exec(rest);
    if (number) return this.#put(this.cite(Number(number[1])), true) && number[0].length;
    if (!last && /^\[\d{0,3}$/.test(rest)) return 0;
    const code = /^`([^`\n]+)`/.exec(rest);
    if (code) return this.#put(h("code", {}, code[1]), false) && code[0].length;
    if (!last && /^`[^`\n]*$/.test(rest)) return 0;
    const plain = /^(?:[[`])?[^[`\n]*/.exec(rest)[0];
    this.#put(document.createTextNode(plain), false);
    return plain.length;
  }

  #open(item) {
    this.sentence = null;
    if (item) {
      if (!this.list) this.body.append((this.list = h("ul")));
      this.list.append((this.line = h("li")));
    } else {
      this.list = null;
      this.body.append((this.line = h("p")));
    }
  }

  #put(node, citation) {
    const blank = node.nodeType === Node.TEXT_NODE && !node.data.trim();
    if (!this.sentence || (this.cited && !citation && !blank)) {
      this.line.append((this.sentence = h("span", { class: "sentence" })));
      this.cited = false;
    }
    this.sentence.append(node);
    if (citation) this.cited = true;
    return true;
  }
}

/** The button that opens citation `n`; it learns what it cites when that has arrived. */
export function citationButton(n, onOpen) {
  return h("button", { type: "button", class: "cite", data: { n }, "aria-label": t("citation", n), on: { click: (e) => onOpen(n, e.currentTarget) } }, String(n));
}

/** Two parts of a streamed answer as one: strings and lists concatenate, other values come once. */
export function merge(total, piece) {
  const merged = { ...total };
  for (const [key, value] of Object.entries(piece)) {
    const old = merged[key];
    if (typeof old === "string" && typeof value === "string") merged[key] = old + value;
    else if (Array.isArray(old) && Array.isArray(value)) merged[key] = [...old, ...value];
    else merged[key] = value;
  }
  return merged;
}
