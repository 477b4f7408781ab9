// The page: which view the address names, and the header's switches.

import { Chat } from "./chat.js";
import { h, icon } from "./dom.js";
import { Panel } from "./entry.js";
import { Glossary } from "./glossary.js";
import { language, setLanguage, t } from "./i18n.js";
import { save } from "./storage.js";

const byId = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");

function askAbout(name) {
  panel.leave();
  if (location.hash.length > 2) {
    chat.prepare(t("askAboutQuestion", name));
    location.hash = "#/";
  } else chat.prepare(t("askAboutQuestion", name), { focus: true });
}

const panel = new Panel(askAbout);
const chat = new Chat(panel);
const glossary = new Glossary(askAbout);

/** The view that a hash names; anything else is the question page. */
function route() {
  const [, view, rest] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(location.hash) ?? [];
  let value = null;
  try {
    value = rest === undefined ? null : decodeURIComponent(rest);
  } catch {
    return { view: "ask" }; // not an address of this page
  }
  if (view === "term" && value) return { view: "glossary", id: value };
  if (view === "category" && value) return { view: "glossary", category: value };
  return { view: view === "glossary" ? "glossary" : "ask", category: "" };
}

async function show({ focus }) {
  const { view, id = null, category = null } = route();
  byId("view-ask").hidden = view !== "ask";
  byId("view-glossary").hidden = view !== "glossary";
  for (const name of ["ask", "glossary"]) {
    const link = byId(`nav-${name}`);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = view === "ask" ? t("brand") : `${t("glossary")} · ${t("brand")}`;
  panel.leave();
  if (view === "ask") {
    if (focus) chat.focus();
    return;
  }
  await glossary.show({ id, category });
  if (!focus) return;
  window.scrollTo(0, 0);
  byId(id === null ? "glossary-title" : "entry-title")?.focus({ preventScroll: true });
}

function label() {
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  byId("nav").setAttribute("aria-label", t("nav"));
  const other = byId("language");
  other.textContent = t("otherLanguage");
  other.lang = language() === "ko" ? "en" : "ko";
  const isDark = (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  byId("theme").replaceChildren(icon(isDark ? "sun" : "moon"));
  byId("theme").setAttribute("aria-label", t(isDark ? "toLight" : "toDark"));
}

byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // a fragment would change the view
  byId("main").focus();
});
byId("language").addEventListener("click", () => {
  setLanguage(language() === "ko" ? "en" : "ko");
  label();
  chat.refresh();
  glossary.forget();
  show({ focus: false });
});
byId("theme").addEventListener("click", () => {
  const isDark = (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  document.documentElement.dataset.theme = isDark ? "light" : "dark";
  save("localStorage", "rag.theme", document.documentElement.dataset.theme);
  label();
});
dark.addEventListener("change", label);
window.addEventListener("hashchange", () => show({ focus: true }));

label();
chat.refresh();
show({ focus: false });
