// The form for an API key. Requests that need one at the same time wait for the same form.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { save } from "./storage.js";

let waiting = null;

/** Ask for a key; resolves to whether the request should be tried again. */
export function askKey({ wrong, signal }) {
  waiting ??= open(wrong).finally(() => (waiting = null));
  const stopped = new Promise((resolve) => signal?.addEventListener("abort", () => resolve(false), { once: true }));
  return Promise.race([waiting, stopped]);
}

function open(wrong) {
  const dialog = document.getElementById("key");
  const input = h("input", {
    id: "key-input", type: "password", autocomplete: "off", spellcheck: "false", required: true, pattern: "\\s*[!-~]+\\s*", "aria-describedby": "key-help",
  });
  const form = h("form", {},
    h("h2", { id: "key-title" }, t("keyTitle")),
    h("p", { id: "key-help" }, t(wrong ? "keyWrong" : "keyHelp")),
    h("label", { for: "key-input" }, t("keyLabel")),
    input,
    h("div", { class: "row end" },
      h("button", { type: "button", class: "plain", on: { click: () => dialog.close("") } }, t("cancel")),
      h("button", { type: "submit", class: "primary" }, t("keySubmit"))));
  dialog.replaceChildren(form);
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save("sessionStorage", "rag.key", input.value.trim());
      dialog.close("again");
    });
    dialog.addEventListener("close", () => {
      dialog.replaceChildren();
      resolve(dialog.returnValue === "again");
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}
