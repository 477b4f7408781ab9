// The glossary browser: search and categories on the left, one entry on the right; on a phone one or the other.

import { term, terms } from "./api.js";
import { announce, h, icon } from "./dom.js";
import { entryElement, termHref } from "./entry.js";
import { categoryLabel, language, nameOf, t } from "./i18n.js";
import { compact } from "./text.js";

const CATEGORY_ALL = "";

/** The form of a term that answers a search best, with its score (lower is better), or null. Spaces, case and hyphens do not count. */
function match(item, key) {
  let best = null;
  for (const [compacted, form] of item.forms) {
    if (!compacted.includes(key)) continue;
    const score = compacted === key ? 0 : compacted.startsWith(key) ? 1 : 2;
    if (!best || score < best.score) best = { score, form };
  }
  return best;
}

export class Glossary {
  #view = document.getElementById("view-glossary");
  #search = "";
  #category = CATEGORY_ALL;
  #term = null;
  #items = null;
  #list = null;
  #entry = null;
  #asked = 0;

  constructor(onAsk) {
    this.onAsk = onAsk;
  }

  /** Show the list, of one category if given, and an entry if given. */
  async show({ category = null, id = null } = {}) {
    if (category !== null) this.#category = category;
    this.#term = id;
    if (!this.#list) this.#build();
    this.#view.classList.toggle("with-term", id !== null);
    const listed = this.#load();
    await (id === null ? this.#showNone() : this.#showEntry(id));
    await listed;
  }

  /** Build anew when shown next, as after a change of language. */
  forget() {
    this.#list = null;
  }

  #build() {
    const input = h("input", {
      id: "search", type: "search", autocomplete: "off", spellcheck: "false", placeholder: t("searchPlaceholder"), "aria-label": t("searchLabel"),
      "aria-describedby": "found", on: { input: () => { this.#search = input.value; this.#showList(true); } },
    });
    input.value = this.#search;
    const select = h("select", { id: "category", "aria-label": t("category"), on: { change: () => { location.hash = select.value ? `#/category/${encodeURIComponent(select.value)}` : "#/glossary"; } } });
    this.#list = h("ul", { class: "terms" });
    this.#entry = h("div", { class: "term-pane" });
    this.select = select;
    this.found = h("p", { id: "found", class: "muted" });
    const pane = h("div", { class: "list-pane" },
      h("h1", { id: "glossary-title", tabindex: -1 }, t("glossary")),
      h("div", { class: "filters", role: "search" }, h("div", { class: "field" }, icon("search"), input), select),
      this.found, this.#list);
    this.#view.replaceChildren(pane, this.#entry);
  }

  async #load() {
    try {
      const { terms: all } = await terms();
      this.#items ??= all.map((item) => ({ ...item, forms: [...Object.values(item.names), ...item.aliases, item.id].map((form) => [compact(form), form]) }));
      this.#showCategories();
      this.#showList(false);
    } catch {
      const again = h("button", { type: "button", class: "plain", on: { click: () => this.#load() } }, icon("retry"), t("retry"));
      this.#list.replaceChildren(h("li", {}, h("p", { role: "alert" }, t("loadFailed")), again));
    }
  }

  #showCategories() {
    const counts = new Map();
    for (const { category } of this.#items) if (category) counts.set(category, (counts.get(category) ?? 0) + 1);
    const sorted = [...counts].sort(([a], [b]) => categoryLabel(a).localeCompare(categoryLabel(b), language()));
    this.select.replaceChildren(h("option", { value: CATEGORY_ALL }, t("allCategories")), ...sorted.map(([name, n]) => h("option", { value: name }, `${categoryLabel(name)} (${n})`)));
    if (!counts.has(this.#category)) this.#category = CATEGORY_ALL;
    this.select.value = this.#category;
    this.select.hidden = counts.size === 0;
  }

  #showList(say) {
    if (!this.#items) return;
    const key = compact(this.#search);
    const collator = new Intl.Collator(language());
    const found = this.#items
      .filter((item) => this.#category === CATEGORY_ALL || item.category === this.#category)
      .map((item) => [item, key || !this.#search.trim() ? match(item, key) : null])
      .filter(([, best]) => best)
      .sort(([x, a], [y, b]) => (key ? a.score - b.score : 0) || collator.compare(nameOf(x), nameOf(y)));
    this.#list.replaceChildren(...found.map(([item, { form }]) => this.#row(item, key ? form : null)));
    this.found.textContent = found.length ? t("found", found.length) : t("noneFound");
    if (say) announce(this.found.textContent);
  }

  /** A line of the list; a search that met another name shows that name too. */
  #row(item, met) {
    const name = nameOf(item);
    const other = Object.entries(item.names).filter(([, form]) => form !== name);
    const alias = met && item.aliases.includes(met) ? h("span", { class: "other-name" }, `= ${met}`) : null;
    return h("li", {}, h("a", { href: termHref(item.id), "aria-current": item.id === this.#term ? "true" : null },
      h("span", { class: "term-name" }, name), other.map(([lang, form]) => h("span", { class: "other-name", lang }, form)), alias));
  }

  async #showNone() {
    this.#entry.replaceChildren(h("div", { class: "nothing" }, h("p", { class: "nothing-title" }, t("pick")), h("p", {}, t("pickText"))));
  }

  async #showEntry(id) {
    const mine = (this.#asked += 1);
    const back = h("a", { class: "back", href: this.#category ? `#/category/${encodeURIComponent(this.#category)}` : "#/glossary" }, icon("back"), t("list"));
    this.#entry.replaceChildren(back, h("p", { class: "muted" }, t("loading")));
    for (const link of this.#list.querySelectorAll("a")) {
      if (link.getAttribute("href") === termHref(id)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    try {
      const entry = await term(id);
      if (mine !== this.#asked || this.#term !== id) return;
      this.#entry.replaceChildren(back, entryElement(entry, this.onAsk));
      document.title = `${nameOf(entry)} · ${t("brand")}`;
    } catch (error) {
      if (mine !== this.#asked || this.#term !== id) return;
      const gone = error.status === 404;
      const again = h("button", { type: "button", class: "plain", on: { click: () => this.#showEntry(id) } }, icon("retry"), t("retry"));
      this.#entry.replaceChildren(back, h("h1", { id: "entry-title", tabindex: -1 }, t(gone ? "unknownTerm" : "loadFailed")), gone ? "" : again);
    }
  }
}
