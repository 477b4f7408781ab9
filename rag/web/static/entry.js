// An entry of the glossary: its text in the panel, with a quote marked, and whole in the browser.

import { term } from "./api.js";
import { h, icon, reveal, webAddress } from "./dom.js";
import { categoryLabel, language, nameOf, relationLabel, sectionLabel, t, tIn } from "./i18n.js";
import { prose, units } from "./text.js";

/** Where the quote of a citation lies in its passage, in UTF-16 units; null if the passage is another by now. */
function rangeOf(passage, citation) {
  if (!passage) return null;
  const range = [units(passage.text, citation.start), units(passage.text, citation.end)];
  return passage.text.slice(...range) === citation.quote ? range : null;
}

/** Passages grouped into the sections of one language; a long section has several passages. */
function sectionsOf(entry, lang) {
  const sections = [];
  for (const passage of entry.passages.filter((p) => p.lang === lang)) {
    const last = sections.at(-1);
    if (last && last.name === passage.section && last.versus === passage.versus) last.passages.push(passage);
    else sections.push({ name: passage.section, versus: passage.versus, passages: [passage] });
  }
  return sections;
}

function sectionElement(section, lang, level, citation = null) {
  const label = tIn(lang, "sections")[section.name];
  const text = section.passages.flatMap((p) => prose(p.text, citation?.chunk === p.id ? rangeOf(p, citation) : null));
  return h("section", { class: "part", lang }, h(level, {}, section.versus ? `${label}: ${section.versus}` : label), text);
}

const nameElements = (entry) => {
  const names = [...new Set([entry.names[language()], ...Object.values(entry.names)].filter(Boolean))];
  return [names[0], ...names.slice(1).map((name) => h("span", { class: "other-name" }, name))];
};

export const termHref = (id) => `#/term/${encodeURIComponent(id)}`;

/** The side panel (a sheet on a phone): one entry in one language. Focus goes in, and back to where it came from. */
export class Panel {
  #dialog = document.getElementById("panel");
  #from = null;
  #wide = matchMedia("(min-width: 64rem)");
  #shown = 0;

  constructor(onAsk) {
    this.onAsk = onAsk;
    this.#dialog.addEventListener("close", () => {
      if (this.#dialog.open) return; // the event comes late: the panel has been opened again
      document.body.classList.remove("with-panel");
      this.#markOpen(null);
      this.#from?.isConnected && this.#from.focus(); // Safari does not focus what is clicked, so it cannot give focus back
      this.#from = null;
    });
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.close(); // the backdrop of the sheet
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#dialog.open && !event.defaultPrevented && !document.querySelector("dialog:modal")) this.close();
    });
    this.#wide.addEventListener("change", () => {
      if (!this.#dialog.open) return;
      const from = this.#from;
      this.#from = null;
      this.#dialog.close();
      this.#from = from;
      this.#show();
    });
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** Forget where focus came from, as when another view takes over. */
  leave() {
    this.#from = null;
    this.close();
  }

  /** Show the entry of a citation, its quote marked. */
  openCitation(citation, from) {
    return this.#open({ id: citation.id, title: citation.term, lang: citation.lang, citation }, from);
  }

  /** Show an entry by its id. */
  openTerm({ id, term: title }, lang, from) {
    return this.#open({ id, title, lang, citation: null }, from);
  }

  #show() {
    if (this.#wide.matches) this.#dialog.show();
    else this.#dialog.showModal();
    document.body.classList.toggle("with-panel", this.#wide.matches);
  }

  #markOpen(button) {
    for (const old of document.querySelectorAll("[data-open]")) delete old.dataset.open;
    if (button) button.dataset.open = "";
  }

  async #open(what, from) {
    const mine = (this.#shown += 1);
    this.#from = from;
    this.#markOpen(from);
    const content = h("div", { class: "panel-body" }, h("p", { class: "muted" }, t("loading")));
    const title = h("h2", { id: "panel-title", tabindex: -1 }, what.title);
    const { citation } = what;
    const place = citation ? h("p", { class: "place" }, `${sectionLabel(citation.section)} · ${citation.file}:${citation.line}`) : null;
    const close = h("button", { type: "button", class: "tool icon", "aria-label": t("close"), on: { click: () => this.close() } }, icon("close"));
    this.#dialog.replaceChildren(h("div", { class: "panel-head" }, h("div", {}, title, place), close), content);
    if (!this.#dialog.open) this.#show();
    title.focus({ preventScroll: true });
    try {
      const entry = await term(what.id);
      if (mine !== this.#shown) return;
      this.#fill(content, entry, what);
    } catch (error) {
      if (mine !== this.#shown) return;
      const again = h("button", { type: "button", class: "plain", on: { click: () => this.#open(what, from) } }, icon("retry"), t("retry"));
      const quote = citation ? h("blockquote", { lang: citation.lang }, citation.quote) : null;
      content.replaceChildren(quote ?? "", h("p", { role: "alert" }, error.status === 404 ? t("unknownTerm") : t("loadFailed")), error.status === 404 ? "" : again);
    }
  }

  #fill(content, entry, { lang, citation }) {
    const present = new Set(entry.passages.map((p) => p.lang));
    const shown = present.has(lang) ? lang : [...present][0];
    const parts = sectionsOf(entry, shown).map((section) => sectionElement(section, shown, "h3", citation));
    content.replaceChildren(
      ...parts,
      h("p", { class: "row" },
        h("a", { class: "button", href: termHref(entry.id) }, t("wholeEntry")),
        h("button", { type: "button", class: "plain", on: { click: () => this.onAsk(nameOf(entry)) } }, t("askAbout"))));
    if (!citation) return;
    const mark = content.querySelector("mark");
    if (mark) reveal(mark, "center");
    else content.prepend(h("p", { class: "notice" }, t("changed")), h("blockquote", { lang: citation.lang }, citation.quote));
  }
}

/** A whole entry for the browser: both languages side by side, section by section. */
export function entryElement(entry, onAsk) {
  const halves = [language(), language() === "ko" ? "en" : "ko"].map((lang) => ({ lang, sections: sectionsOf(entry, lang) }));
  const keys = [];
  for (const { sections } of halves) for (const [i, section] of sections.entries()) section.key = `${section.name}:${sections.slice(0, i).filter((s) => s.name === section.name).length}`;
  for (const { sections } of halves) for (const { key } of sections) if (!keys.includes(key)) keys.push(key);
  const order = Object.keys(tIn("en", "sections"));
  keys.sort((a, b) => order.indexOf(a.split(":")[0]) - order.indexOf(b.split(":")[0]));
  const half = ({ lang, sections }) => {
    const cells = keys.map((key) => sections.find((s) => s.key === key)).map((section) => (section ? sectionElement(section, lang, "h3") : h("div", { class: "part gap" })));
    const none = sections.length ? null : h("p", { class: "muted", lang: language() }, t("noHalf"));
    const element = h("div", { class: "half", lang }, h("h2", {}, t(lang === "ko" ? "korean" : "english"), none), cells);
    element.style.gridRow = `span ${keys.length + 1}`; // both halves share the rows, so that sections stand side by side
    return element;
  };
  const facts = [
    entry.category && [t("category"), h("a", { href: `#/category/${encodeURIComponent(entry.category)}` }, categoryLabel(entry.category))],
    entry.expansion && [t("expansion"), entry.expansion],
    entry.aliases.some((alias) => alias !== entry.expansion) && [t("aliases"), entry.aliases.filter((alias) => alias !== entry.expansion).join(", ")],
  ].filter(Boolean);
  return h("article", { class: "entry" },
    h("h1", { id: "entry-title", tabindex: -1 }, nameElements(entry)),
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("button", { type: "button", class: "plain", on: { click: () => onAsk(nameOf(entry)) } }, t("askAbout")),
    h("div", { class: "halves" }, halves.map(half)),
    entry.relations.length > 0 && h("section", { class: "relations" }, h("h2", {}, t("relations")), h("dl", {}, entry.relations.map(({ relation, terms }) =>
      h("div", {}, h("dt", {}, relationLabel(relation)), h("dd", {}, h("ul", { class: "chips" }, terms.map((other) => h("li", {}, h("a", { class: "chip", href: termHref(other.id) }, nameOf(other)))))))))),
    entry.references.length > 0 && h("section", { class: "references" }, h("h2", {}, t("references")), h("ul", {}, entry.references.map((reference) => h("li", {}, referenceElement(reference))))),
    h("p", { class: "muted file" }, entry.file));
}

function referenceElement({ title, url, year }) {
  const text = year ? `${title} (${year})` : title;
  const href = webAddress(url);
  if (!href) return text; // not a web address: shown, never linked
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text, icon("out"), h("span", { class: "hidden" }, ` (${t("newTab")})`));
}
