// Text functions: the search key, and prose as elements with a quote marked in it.

import { h } from "./dom.js";

/** Key under which written forms are equal; the same as `compact` in rag/text.py. */
export function compact(text) {
  const kept = text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}.+#]/gu, "");
  return /[\p{L}\p{N}]/u.test(kept) ? kept.replace(/^\.+|\.+$/g, "") : "";
}

/** Offsets count code points, as Python's do; JavaScript's strings count UTF-16 units. */
export function units(text, points) {
  let at = 0;
  for (let i = 0; i < points && at < text.length; i += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** Pieces of a line: `[text, start, code?]`, where the back-ticks of inline code are left out. */
function spans(line, offset) {
  const found = [];
  let last = 0;
  for (const match of line.matchAll(/`([^`]+)`/g)) {
    if (match.index > last) found.push([line.slice(last, match.index), offset + last, false]);
    found.push([match[1], offset + match.index + 1, true]);
    last = match.index + match[0].length;
  }
  if (last < line.length) found.push([line.slice(last), offset + last, false]);
  return found;
}

/** A line as nodes; what lies within `quote` ([start, end] in units of the whole text) is in one <mark>. */
function inline(line, offset, quote) {
  const nodes = [];
  let mark = null;
  const put = (text, code, marked) => {
    if (!text) return;
    const node = code ? h("code", {}, text) : document.createTextNode(text);
    if (!marked) nodes.push(node);
    else if (mark) mark.append(node);
    else nodes.push((mark = h("mark", {}, node)));
  };
  for (const [text, start, code] of spans(line, offset)) {
    const [from, to] = quote ? quote.map((at) => Math.min(Math.max(at - start, 0), text.length)) : [0, 0];
    put(text.slice(0, from), code, false);
    put(text.slice(from, to), code, true);
    put(text.slice(to), code, false);
  }
  return nodes;
}

/** Glossary text as elements: paragraphs (a line break is a space), list items, and code or tables as they stand. */
export function prose(text, quote = null) {
  const blocks = [];
  const open = { p: null, ul: null, pre: null };
  const into = (tag, props) => {
    if (!open[tag]) {
      Object.assign(open, { p: null, ul: null, pre: null, [tag]: h(tag, props) });
      blocks.push(open[tag]);
    }
    return open[tag];
  };
  let fenced = false;
  let offset = 0;
  for (const line of text.split("\n")) {
    const item = /^(\s*[-*+•]\s+)(.*)$/.exec(line);
    if (/^\s*(```|~~~)/.test(line)) {
      fenced = !fenced;
      open.pre = null;
    } else if (fenced || /^\s*\|/.test(line)) into("pre", { tabindex: 0 }).append(...inline(line, offset, quote), "\n");
    else if (item) into("ul").append(h("li", {}, inline(item[2], offset + item[1].length, quote)));
    else if (line.trim()) into("p").append(...inline(line, offset, quote), "\n");
    else open.p = null;
    offset += line.length + 1;
  }
  return blocks;
}
