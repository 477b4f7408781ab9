// Everything that goes over the wire. Addresses are relative, so that the page works below a path prefix too.

import { askKey } from "./key.js";
import { events } from "./sse.js";
import { load } from "./storage.js";

/** Why a request failed: `kind` is "network", "http", "stream" or "cut". */
export class Failure extends Error {
  constructor(kind, { status = 0, detail = "", id = "", wait = "" } = {}) {
    super(detail || kind);
    Object.assign(this, { kind, status, detail, id, wait });
  }
}

function describe(detail) {
  if (typeof detail === "string") return detail;
  if (!Array.isArray(detail)) return "";
  return detail.map((item) => (typeof item?.msg === "string" ? item.msg : "")).filter(Boolean).join("; ");
}

async function failure(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // a proxy's own error page
  }
  return new Failure("http", {
    status: response.status,
    detail: describe(body?.detail),
    id: response.headers.get("X-Request-ID") ?? "",
    wait: response.headers.get("Retry-After") ?? "",
  });
}

/** fetch with the key; a 401 asks the reader for one and tries again. */
async function request(path, options = {}) {
  for (;;) {
    const key = load("sessionStorage", "rag.key", "");
    const headers = { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) };
    let response;
    try {
      response = await fetch(path, { ...options, headers, credentials: "omit" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Failure("network");
    }
    if (response.status === 401 && (await askKey({ wrong: key !== "", signal: options.signal }))) continue;
    if (!response.ok) throw await failure(response);
    return response;
  }
}

const post = (path, body, signal) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

let listed = null;

/** All terms: `{digest, terms}`; fetched once, and again after a failure. */
export function terms() {
  listed ??= request("api/terms").then((response) => response.json());
  listed.catch(() => (listed = null));
  return listed;
}

/** One entry; the browser revalidates its own copy. */
export async function term(id) {
  return (await request(`api/terms/${encodeURIComponent(id)}`)).json();
}

export async function sendVerdict(verdict) {
  await post("api/feedback", verdict);
}

/** The chunks of an answer as they arrive. Throws Failure, also when the stream stops before its end event. */
export async function* ask(input, signal) {
  const response = await post("rag/stream", { input }, signal);
  const id = response.headers.get("X-Request-ID") ?? "";
  try {
    for await (const { event, data } of events(response.body)) {
      if (event === "data") yield JSON.parse(data);
      else if (event === "error") {
        const error = JSON.parse(data);
        throw new Failure("stream", { status: error.status_code, detail: error.message ?? "", id: error.request_id ?? id });
      } else if (event === "end") return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Failure) throw error;
    throw new Failure("cut", { id });
  }
  throw new Failure("cut", { id });
}
