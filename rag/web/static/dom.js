// Elements without markup: text only ever becomes a text node.

/** An element. `on` holds listeners, `data` dataset keys; other props are attributes, where false and null mean absent. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  send: "M5 12h13M12 5.5 18.5 12 12 18.5",
  stop: "M7.5 7.5h9v9h-9z",
  up: "M7 11v8H4v-8h3Zm0 0 4-7a2 2 0 0 1 2 2.3L12.5 10H18a2 2 0 0 1 2 2.3l-.9 5A2 2 0 0 1 17 19H7",
  down: "M17 13V5h3v8h-3Zm0 0-4 7a2 2 0 0 1-2-2.3l.5-3.7H6a2 2 0 0 1-2-2.3l.9-5A2 2 0 0 1 7 5h10",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v1.5M12 19.5V21M4.6 4.6l1.1 1.1M18.3 18.3l1.1 1.1M3 12h1.5M19.5 12H21M4.6 19.4l1.1-1.1M18.3 5.7l1.1-1.1",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z",
  search: "M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15 15l5 5",
  out: "M9 6H6v12h12v-3M13 5h6v6M19 5l-8 8",
  back: "M14.5 5.5 8 12l6.5 6.5",
  fresh: "M11 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19h11a1.5 1.5 0 0 0 1.5-1.5V13M17.5 4.5l2 2L12 14H10v-2z",
  retry: "M19 12a7 7 0 1 1-2-4.9M19 4v4h-4",
};

/** A line icon, hidden from screen readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** `url` if a link may point there, else null: a glossary could hold `javascript:`. */
export function webAddress(url) {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

/** Scroll so that the element is seen; smooth unless the reader asked for less motion. */
export function reveal(element, block) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: calm ? "auto" : "smooth" });
}

/** Say something to screen readers only. */
export function announce(message) {
  document.getElementById("status").textContent = message;
}
