// The conversation. It lives in this tab only; the server is told the earlier turns with each question.

import { Failure, ask, terms } from "./api.js";
import { announce, h, icon, reveal } from "./dom.js";
import { merge } from "./answer.js";
import { language, t } from "./i18n.js";
import { load, save } from "./storage.js";
import { suggestions } from "./suggestions.js";
import { TurnView } from "./turn.js";

const MAX_QUESTION = 500; // of `Ask` in rag/chain.py, as are 20 messages
const MAX_MESSAGES = 20;
const MAX_MESSAGE = 1000;
const MAX_HISTORY = 8000; // characters: with a long answer beside it, a verdict must stay below the server's 64 KB
const KEPT_TURNS = 50;

/** Earlier turns as messages, the newest that fit. */
function historyOf(turns) {
  const messages = [];
  let room = MAX_HISTORY;
  for (const { question, answer } of turns.toReversed()) {
    if (!answer?.answer) continue;
    const pair = [
      { role: "user", content: question },
      { role: "assistant", content: [...answer.answer].slice(0, MAX_MESSAGE).join("") },
    ];
    room -= pair[0].content.length + pair[1].content.length;
    if (room < 0 || messages.length + 2 > MAX_MESSAGES) break;
    messages.unshift(...pair);
  }
  return messages;
}

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether something out of the tab's memory can be shown as a turn; another version of the page may have written it. */
const isTurn = (turn) =>
  typeof turn?.id === "string" && typeof turn.question === "string" && Array.isArray(turn.history) &&
  (turn.state === "running" || turn.state === "stopped" || (turn.state === "done" && typeof turn.answer?.answer === "string") || (turn.state === "failed" && turn.failure !== null));

export class Chat {
  #view = document.getElementById("view-ask");
  #turns = [];
  #views = new Map();
  #running = null; // {turn, controller}
  #draft = "";

  constructor(panel) {
    this.panel = panel;
    const kept = load("sessionStorage", "rag.turns", []);
    this.#turns = Array.isArray(kept) ? kept.filter(isTurn).map((turn) => (turn.state === "running" ? { ...turn, state: "stopped" } : turn)) : [];
  }

  /** Put a question into the field without sending it. */
  prepare(question, { focus = false } = {}) {
    this.#draft = question;
    this.input.value = question;
    this.#fit();
    if (focus) this.focus();
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  /** Build the view anew from the turns, as at the start or after a change of language. */
  refresh() {
    this.list = h("div", { class: "turns", role: "region", "aria-label": t("conversation") });
    this.#view.replaceChildren(...this.#heading(), this.list, this.#composer(), this.#examples());
    this.#views.clear();
    for (const turn of this.#turns) this.#add(turn);
    this.#showState();
  }

  #heading() {
    this.title = h("h1", { id: "ask-title" }, t("heroTitle"));
    this.intro = h("p", { class: "hero-text" });
    return [this.title, this.intro];
  }

  #examples() {
    const list = h("ul", { class: "examples" });
    this.hero = h("div", { class: "hero" }, h("h2", { class: "hidden" }, t("examples")), list, h("p", {}, h("a", { class: "more", href: "#/glossary" }, t("browse"))));
    const fill = (all) => {
      this.intro.textContent = t("heroText", all.length);
      list.replaceChildren(...suggestions(all, language()).map((question) => h("li", {}, h("button", { type: "button", class: "example", on: { click: () => this.submit(question) } }, question))));
    };
    if (!this.#turns.length) terms().then(({ terms: all }) => fill(all)).catch(() => {}); // the field works without them
    return this.hero;
  }

  #composer() {
    this.input = h("textarea", {
      id: "question", rows: 1, "aria-label": t("question"), "aria-describedby": "limit", enterkeyhint: "send", autocomplete: "off",
      on: {
        input: () => { this.#draft = this.input.value; this.#fit(); },
        keydown: (event) => {
          // Enter that ends the composition of a Hangul syllable must not send
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
            event.preventDefault();
            if (!this.#running) this.submit(this.input.value);
          }
        },
      },
    });
    this.input.value = this.#draft;
    this.send = h("button", { type: "submit", class: "send" });
    this.fresh = h("button", { type: "button", class: "plain fresh", "aria-label": t("fresh"), title: t("fresh"), on: { click: () => this.#clear() } }, icon("fresh"), h("span", {}, t("fresh")));
    this.limit = h("p", { id: "limit", class: "limit", role: "status" });
    return h("form", {
      class: "composer",
      on: { submit: (event) => { event.preventDefault(); this.#running ? this.#running.controller.abort() : this.submit(this.input.value); } },
    }, h("div", { class: "composer-row" }, this.fresh, h("div", { class: "field" }, this.input, this.send)), this.limit);
  }

  /** Ask a question as a new turn. */
  submit(text) {
    const question = text.trim();
    if (!question || this.#running || [...question].length > MAX_QUESTION) return this.focus();
    const turn = { id: newId(), question, answer: null, state: "running", failure: null, verdict: null, comment: "", history: historyOf(this.#turns) };
    this.#turns = [...this.#turns, turn].slice(-KEPT_TURNS);
    this.prepare("");
    if (matchMedia("(pointer: coarse)").matches) this.input.blur(); // the on-screen keyboard would cover the answer
    this.#add(turn);
    reveal(this.#views.get(turn.id).element, "start");
    return this.#run(turn);
  }

  #retry(turn) {
    if (this.#running) return;
    Object.assign(turn, { answer: null, state: "running", failure: null, verdict: null, comment: "", id: turn.id });
    this.#replace(turn);
    this.focus();
    this.#run(turn);
  }

  async #run(turn) {
    const controller = new AbortController();
    this.#running = { turn, controller };
    this.#showState();
    announce(t("answering"));
    try {
      for await (const piece of ask({ question: turn.question, history: turn.history }, controller.signal)) {
        turn.answer = merge(turn.answer ?? {}, piece);
        this.#views.get(turn.id)?.add(piece);
      }
      turn.state = turn.answer?.answer ? "done" : "failed";
      if (turn.state === "failed") turn.failure = { kind: "cut" };
    } catch (error) {
      turn.state = error.name === "AbortError" ? "stopped" : "failed";
      if (turn.state === "failed") turn.failure = error instanceof Failure ? { ...error } : { kind: "cut" };
    }
    if (this.#running?.controller !== controller) return; // another conversation has begun
    this.#running = null;
    this.#views.get(turn.id)?.finish();
    this.#showState();
    this.#say(turn);
  }

  #say(turn) {
    if (turn.state === "done") announce(turn.answer.abstained ? t("refusedStatus") : t("answered", turn.answer.citations?.length ?? 0));
    else announce(turn.state === "failed" ? t("failed") : t("stopped"));
  }

  #clear() {
    this.#running?.controller.abort();
    this.#running = null;
    this.#turns = [];
    this.panel.leave();
    this.refresh();
    announce(t("fresh"));
    this.focus();
    window.scrollTo(0, 0);
  }

  #viewOf(turn) {
    return new TurnView(turn, { panel: this.panel, onRetry: () => this.#retry(turn), onChange: () => this.#save() });
  }

  #add(turn) {
    const view = this.#viewOf(turn);
    this.#views.set(turn.id, view);
    this.list.append(view.element);
  }

  #replace(turn) {
    const old = this.#views.get(turn.id);
    const view = this.#viewOf(turn);
    this.#views.set(turn.id, view);
    old.element.replaceWith(view.element);
  }

  #showState() {
    const empty = this.#turns.length === 0;
    this.title.classList.toggle("hidden", !empty);
    this.intro.hidden = this.hero.hidden = !empty;
    this.#view.classList.toggle("empty", empty);
    this.list.hidden = empty;
    this.fresh.hidden = empty;
    this.input.placeholder = t(empty ? "placeholder" : "followPlaceholder");
    this.send.classList.toggle("stop", Boolean(this.#running));
    this.send.replaceChildren(icon(this.#running ? "stop" : "send"));
    this.send.setAttribute("aria-label", t(this.#running ? "stop" : "send"));
    this.#fit();
    this.#save();
  }

  #fit() {
    const { input } = this;
    input.style.height = "auto";
    if (input.scrollHeight) input.style.height = `${input.scrollHeight}px`;
    const length = [...input.value.trim()].length;
    this.limit.textContent = length > MAX_QUESTION ? t("tooLong", length, MAX_QUESTION) : "";
    input.toggleAttribute("aria-invalid", length > MAX_QUESTION);
    this.send.disabled = !this.#running && (length === 0 || length > MAX_QUESTION);
  }

  #save() {
    save("sessionStorage", "rag.turns", this.#turns.length ? this.#turns : null);
  }
}
