// Server-sent events over fetch, as the HTML standard parses them: LF, CRLF or CR ends a line, an empty line an event.

/** The events of a byte stream, each `{event, data}`. */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event that no empty line ended is incomplete, and dropped
      rest += value;
      const cut = rest.endsWith("\r") ? rest.length - 1 : rest.length; // its LF may still come
      const lines = rest.slice(0, cut).split(/\r\n|\n|\r/);
      rest = lines.pop() + rest.slice(cut);
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield { event: event || "message", data: data.join("\n") };
          else if (event) yield { event, data: "" };
          event = "";
          data = [];
          continue;
        }
        const [, field, text] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        if (field === "event") event = text ?? "";
        else if (field === "data") data.push(text ?? "");
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
