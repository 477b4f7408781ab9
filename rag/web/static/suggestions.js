// Questions to begin with, about terms that the glossary at hand really has.

const KNOWN = [
  { ids: ["lora", "qlora"], ko: "LoRA랑 QLoRA 차이?", en: "What is the difference between LoRA and QLoRA?" },
  { ids: ["rag"], ko: "RAG는 왜 필요해?", en: "Why is RAG useful?" },
  { ids: ["attention"], ko: "어텐션은 어떻게 작동해?", en: "How does attention work?" },
  { ids: ["quantization"], ko: "양자화의 한계는?", en: "What are the limits of quantization?" },
  { ids: ["peft"], ko: "PEFT 종류 알려줘", en: "What kinds of PEFT are there?" },
  { ids: ["hallucination"], ko: "환각 예시 보여줘", en: "Give examples of hallucination" },
];
const WANTED = 4;

/** Up to four questions; for a glossary without the terms above, about its own first terms. */
export function suggestions(terms, lang) {
  const ids = new Set(terms.map((term) => term.id));
  const known = KNOWN.filter((item) => item.ids.every((id) => ids.has(id))).map((item) => item[lang]);
  const named = known.length ? [] : terms.filter((term) => term.names[lang]).map(({ names }) => (lang === "ko" ? `${names.ko} 설명해 줘` : `What is ${names.en}?`));
  return [...known, ...named].slice(0, WANTED);
}
