// One question and what came of it: answer, refusal, or error; sources, related terms and the verdict below.

import { sendVerdict } from "./api.js";
import { AnswerWriter, citationButton } from "./answer.js";
import { h, icon } from "./dom.js";
import { sectionLabel, t } from "./i18n.js";

/** What went wrong, in the reader's words. */
function explain({ kind, status, wait }) {
  if (kind === "network") return t("failedNetwork");
  if (status === 401) return t("failedKey");
  if (status === 429 || status === 503) return Number(wait) > 0 ? t("failedBusyFor", Math.ceil(Number(wait))) : t("failedBusy");
  if (status === 504) return t("failedSlow");
  if (kind === "http" && status >= 400 && status < 500) return t("failedInput");
  return kind === "cut" ? t("failedCut") : t("failedServer");
}

/** The text of a refusal without its closing list of terms, which is shown as buttons. */
function withoutNames(answer) {
  const names = (answer.related ?? []).map(({ term }) => term).join(", ");
  const at = names ? answer.answer.lastIndexOf(names) : -1;
  if (at < 0) return answer.answer;
  const end = answer.answer.lastIndexOf(". ", at);
  return end < 0 ? "" : answer.answer.slice(0, end + 1);
}

export class TurnView {
  constructor(turn, { panel, onRetry, onChange }) {
    Object.assign(this, { turn, panel, onRetry, onChange });
    this.notes = h("div", { class: "notes" });
    this.body = h("div", { class: "answer", "aria-live": "polite" });
    this.wait = h("p", { class: "wait" }, h("span", { class: "dots", "aria-hidden": "true" }), h("span", {}, t("answering")));
    this.foot = h("div", { class: "foot" });
    this.element = h("article", { class: "turn", "aria-labelledby": `q-${turn.id}` },
      h("h2", { class: "question", id: `q-${turn.id}` }, turn.question), this.notes, this.body, this.wait, this.foot);
    this.writer = new AnswerWriter(this.body, (n) => citationButton(n, (number, from) => this.#openCitation(number, from)));
    if (turn.answer) this.add(turn.answer);
    if (turn.state !== "running") this.finish();
  }

  /** Show a piece that has arrived. */
  add(piece) {
    const { answer } = this.turn;
    if (answer.language) this.body.lang = this.notes.lang = answer.language;
    for (const note of piece.notes ?? []) this.notes.append(h("p", { class: "note" }, note));
    if (piece.answer) {
      this.wait.hidden = true;
      this.writer.add(piece.answer);
    }
    this.#nameCitations();
  }

  /** Show what only stands when nothing more comes. */
  finish() {
    const { turn } = this;
    this.wait.hidden = true;
    this.writer.end();
    this.#nameCitations();
    if (turn.state === "failed") this.foot.replaceChildren(this.#failure());
    else if (turn.state === "stopped") this.foot.replaceChildren(h("p", { class: "muted row" }, t("stopped"), this.#retryButton("again")));
    else if (turn.answer.abstained) this.#refuse();
    else this.foot.replaceChildren(...[this.#origin(), this.#sources(), this.#related("related"), this.#verdict()].filter(Boolean));
  }

  /** Who wrote the answer where it is not quoted, and what the server says about it. */
  #origin() {
    const { generator = "extractive", warnings = [], language } = this.turn.answer;
    const lines = warnings.map((warning) => h("p", { class: "notice", lang: language }, warning));
    if (generator !== "extractive") lines.push(h("p", { class: "muted small" }, t("writtenBy", generator)));
    return lines.length ? h("div", { class: "origin" }, lines) : null;
  }

  #citation(n) {
    return this.turn.answer?.citations?.find((citation) => citation.n === n);
  }

  #openCitation(n, from) {
    const citation = this.#citation(n);
    if (citation) this.panel.openCitation(citation, from);
  }

  #nameCitations() {
    for (const button of this.body.querySelectorAll(".cite:not([data-known])")) {
      const citation = this.#citation(Number(button.dataset.n));
      if (!citation) continue;
      button.dataset.known = "";
      button.title = `${citation.term} · ${sectionLabel(citation.section)}`;
      button.setAttribute("aria-label", t("citationOf", citation.n, citation.term, sectionLabel(citation.section)));
    }
  }

  #refuse() {
    const { answer } = this.turn;
    this.element.classList.add("refused");
    this.body.replaceChildren(h("p", { class: "refusal-title" }, t("refused")), h("p", {}, withoutNames(answer)));
    this.foot.replaceChildren(...[this.#related("nearest"), this.#verdict()].filter(Boolean));
  }

  #failure() {
    const { failure } = this.turn;
    const detail = failure.kind === "http" && failure.status < 500 && failure.status !== 401 && failure.status !== 429 ? failure.detail : "";
    return h("div", { class: "failure", role: "alert" },
      h("p", { class: "failure-title" }, t("failed")),
      h("p", {}, explain(failure)),
      detail && h("p", { class: "muted", lang: "en" }, detail),
      h("p", { class: "row" }, this.#retryButton("retry"), failure.id && h("span", { class: "muted small" }, t("requestId", failure.id))));
  }

  #retryButton(key) {
    return h("button", { type: "button", class: "plain retry", on: { click: this.onRetry } }, icon("retry"), t(key));
  }

  #sources() {
    const { citations = [] } = this.turn.answer;
    if (!citations.length) return null;
    const row = (c) => h("li", {}, h("button", { type: "button", class: "source", on: { click: (e) => this.panel.openCitation(c, e.currentTarget) } },
      h("span", { class: "source-n" }, String(c.n)),
      h("span", { class: "source-text" }, h("span", { lang: c.lang }, c.term), h("span", { class: "muted" }, ` · ${sectionLabel(c.section)}`), h("span", { class: "muted source-file" }, `${c.file}:${c.line}`))));
    return h("section", { class: "sources" }, h("h3", {}, t("sources")), h("ol", {}, citations.map(row)));
  }

  #related(key) {
    const { related = [], language } = this.turn.answer;
    if (!related.length) return null;
    const chip = (item) => h("li", {}, h("button", { type: "button", class: "chip", on: { click: (e) => this.panel.openTerm(item, language, e.currentTarget) } }, item.term));
    return h("section", { class: "related" }, h("h3", {}, t(key)), h("ul", { class: "chips", lang: language }, related.map(chip)));
  }

  #verdict() {
    const { turn } = this;
    const box = h("div", { class: "verdict" });
    const message = h("p", { class: "muted small", role: "status" }, t(turn.verdict ? "thanks" : "stores"));
    const store = async (changes, said) => {
      const before = { verdict: turn.verdict, comment: turn.comment };
      Object.assign(turn, changes);
      try {
        await sendVerdict(verdictOf(turn));
        message.textContent = t(said);
        this.onChange();
        return true;
      } catch (error) {
        Object.assign(turn, before);
        message.textContent = `${t("notStored")} ${error.kind ? explain(error) : ""}`;
        return false;
      } finally {
        show();
      }
    };
    const thumb = (verdict, key) => h("button", { type: "button", class: "tool icon", "aria-label": t(key), title: t(key), data: { verdict }, on: { click: () => store({ verdict }, "thanks") } }, icon(verdict));
    const thumbs = [thumb("up", "yes"), thumb("down", "no")];
    const input = h("textarea", { id: `c-${turn.id}`, rows: 2, maxlength: 500 });
    input.value = turn.comment;
    const form = h("form", { class: "comment", hidden: true, on: { submit: async (event) => {
      event.preventDefault();
      if (await store({ comment: input.value.trim() }, "commentStored")) form.remove();
    } } }, h("label", { for: `c-${turn.id}` }, t("comment")), input, h("button", { type: "submit", class: "plain" }, t("sendComment")));
    const show = () => {
      for (const button of thumbs) button.setAttribute("aria-pressed", String(button.dataset.verdict === turn.verdict));
      form.hidden = !turn.verdict;
    };
    show();
    box.append(h("div", { class: "row" }, h("span", { class: "small" }, t("helpful")), thumbs, message), form);
    return box;
  }
}

/** What the server stores of a turn. */
function verdictOf({ id, verdict, comment, question, history, answer }) {
  return {
    id, verdict, comment, history, question: answer.question ?? question, language: answer.language, kind: answer.kind,
    answer: [...answer.answer].slice(0, 8000).join(""), cited: [...new Set((answer.citations ?? []).map((c) => c.id))], abstained: answer.abstained ?? false,
  };
}
