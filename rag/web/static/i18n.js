// What the interface says, in both languages. Answers and entries keep their own language.

import { save } from "./storage.js";

const TEXTS = {
  ko: {
    brand: "rag-glossary", skip: "본문으로 건너뛰기", nav: "주 메뉴", ask: "질문", glossary: "용어집",
    otherLanguage: "English", toDark: "어두운 화면으로", toLight: "밝은 화면으로",
    heroTitle: "용어, 원문을 근거로 답합니다",
    heroText: (n) => `용어 ${n}개의 설명에서 근거를 찾아 답하고, 문장마다 출처를 답니다. 용어집에 없는 내용은 없다고 말합니다.`,
    examples: "예시 질문", browse: "용어 둘러보기",
    question: "질문", placeholder: "궁금한 용어를 물어보세요", followPlaceholder: "이어서 물어보세요",
    send: "질문 보내기", stop: "답변 멈추기", fresh: "새 대화",
    tooLong: (n, max) => `${max}자까지 쓸 수 있습니다. 지금 ${n}자입니다.`,
    conversation: "대화", answering: "답을 찾는 중입니다", answered: (n) => `답변이 끝났습니다. 출처 ${n}개`, refusedStatus: "용어집에서 답을 찾지 못했습니다",
    refused: "용어집에 없는 내용입니다", nearest: "가까운 용어", sources: "출처", related: "함께 볼 용어",
    citation: (n) => `출처 ${n}`, citationOf: (n, term, section) => `출처 ${n}: ${term}, ${section}. 인용문 보기`,
    writtenBy: (name) => `작성: ${name}. 문장마다 출처와 대조했습니다.`,
    stopped: "여기까지 받고 멈췄습니다.", retry: "다시 시도", again: "다시 묻기",
    failed: "답을 받지 못했습니다", failedNetwork: "서버에 연결할 수 없습니다. 연결을 확인하고 다시 시도하세요.",
    failedCut: "답변이 도중에 끊겼습니다. 다시 시도하세요.", failedServer: "서버에서 오류가 났습니다. 잠시 후 다시 시도하세요.",
    failedBusy: "요청이 많습니다. 잠시 후 다시 시도하세요.", failedBusyFor: (s) => `요청이 많습니다. ${s}초쯤 뒤에 다시 시도하세요.`,
    failedInput: "이 질문은 처리할 수 없습니다.", failedKey: "이 서버를 쓰려면 API 키가 필요합니다.", failedSlow: "시간 안에 답하지 못했습니다. 다시 시도하세요.",
    requestId: (id) => `요청 번호 ${id}`,
    helpful: "도움이 되었나요?", yes: "도움이 되었어요", no: "아쉬워요", stores: "누르면 질문과 답변, 앞선 대화가 이 서버에 저장됩니다.",
    thanks: "의견을 저장했습니다.", comment: "의견 (선택, 500자까지)", sendComment: "의견 보내기", commentStored: "의견을 보냈습니다. 고맙습니다.",
    notStored: "의견을 저장하지 못했습니다.",
    close: "닫기", wholeEntry: "전체 항목 보기", askAbout: "이 용어로 질문하기", askAboutQuestion: (name) => `${name} 설명해 줘`,
    loading: "불러오는 중", loadFailed: "불러오지 못했습니다", changed: "답변 뒤에 이 항목이 바뀌었습니다. 답변에 쓰인 문장은 다음과 같습니다.",
    searchLabel: "용어 검색", searchPlaceholder: "이름, 별칭으로 검색", category: "분류", allCategories: "모든 분류",
    found: (n) => `용어 ${n}개`, noneFound: "맞는 용어가 없습니다.", pick: "왼쪽에서 용어를 고르세요", pickText: "두 언어의 설명, 관련 용어, 참고 문헌을 볼 수 있습니다.",
    list: "용어 목록", entry: "용어 설명", unknownTerm: "용어집에 없는 항목입니다", aliases: "다른 이름", expansion: "풀이", relations: "관련 용어", references: "참고 문헌",
    noHalf: "이 언어로 쓴 설명이 없습니다.", newTab: "새 탭에서 열림",
    korean: "한국어", english: "English",
    keyTitle: "API 키가 필요합니다", keyHelp: "이 서버는 API 키로 보호됩니다. 키는 이 탭을 닫을 때까지만 보관합니다.", keyWrong: "서버가 이 키를 받아들이지 않았습니다. 다시 입력하세요.",
    keyLabel: "API 키", keySubmit: "계속", cancel: "취소",
    sections: { definition: "정의", plain: "쉽게 말하면", how: "작동 방식", why: "중요한 이유", limits: "한계", examples: "예시", origin: "유래", versus: "비교", confusion: "흔한 오해" },
    relationNames: { broader: "상위 개념", narrower: "하위 개념", "part-of": "속한 것", parts: "구성 요소", prerequisite: "먼저 알 것", "needed-by": "다음에 볼 것", "contrasts-with": "비교 대상", related: "관련" },
    categories: { models: "모델", rag: "RAG", foundations: "기초", tools: "도구", architecture: "구조", evaluation: "평가", inference: "추론", "fine-tuning": "파인튜닝", nlp: "자연어 처리", hardware: "하드웨어", alignment: "정렬", prompting: "프롬프트", compression: "경량화", agents: "에이전트", safety: "안전", "pre-training": "사전학습", tokenization: "토큰화", data: "데이터", training: "학습" },
  },
  en: {
    brand: "rag-glossary", skip: "Skip to content", nav: "Main", ask: "Ask", glossary: "Glossary",
    otherLanguage: "한국어", toDark: "Switch to dark", toLight: "Switch to light",
    heroTitle: "Terms, answered from the source",
    heroText: (n) => `Answers come from ${n} glossary entries, with a source for every sentence. Where the glossary has no answer, it says so.`,
    examples: "Example questions", browse: "Browse the terms",
    question: "Question", placeholder: "Ask about a term", followPlaceholder: "Ask a follow-up",
    send: "Send question", stop: "Stop answering", fresh: "New conversation",
    tooLong: (n, max) => `At most ${max} characters; this has ${n}.`,
    conversation: "Conversation", answering: "Looking for an answer", answered: (n) => `Answer complete. Sources: ${n}`, refusedStatus: "The glossary has no answer",
    refused: "Not in this glossary", nearest: "Nearest terms", sources: "Sources", related: "See also",
    citation: (n) => `Source ${n}`, citationOf: (n, term, section) => `Source ${n}: ${term}, ${section}. Show the quote`,
    writtenBy: (name) => `Written by ${name}; every sentence was checked against its source.`,
    stopped: "Stopped here.", retry: "Try again", again: "Ask again",
    failed: "No answer arrived", failedNetwork: "The server cannot be reached. Check the connection and try again.",
    failedCut: "The answer broke off. Try again.", failedServer: "The server failed. Try again in a moment.",
    failedBusy: "The server is busy. Try again in a moment.", failedBusyFor: (s) => `The server is busy. Try again in about ${s} s.`,
    failedInput: "This question cannot be used.", failedKey: "This server needs an API key.", failedSlow: "The answer took too long. Try again.",
    requestId: (id) => `Request ${id}`,
    helpful: "Was this helpful?", yes: "Helpful", no: "Not helpful", stores: "A vote stores the question, the answer and the turns before on this server.",
    thanks: "Stored.", comment: "Comment (optional, up to 500 characters)", sendComment: "Send comment", commentStored: "Comment sent. Thank you.",
    notStored: "The verdict was not stored.",
    close: "Close", wholeEntry: "Open the whole entry", askAbout: "Ask about this term", askAboutQuestion: (name) => `Explain ${name}`,
    loading: "Loading", loadFailed: "Could not be loaded", changed: "This entry has changed since the answer. The answer used this sentence:",
    searchLabel: "Search terms", searchPlaceholder: "Search names and aliases", category: "Category", allCategories: "All categories",
    found: (n) => (n === 1 ? "1 term" : `${n} terms`), noneFound: "No term matches.", pick: "Choose a term from the list", pickText: "See it in both languages, with related terms and references.",
    list: "Terms", entry: "Entry", unknownTerm: "The glossary has no such entry", aliases: "Also called", expansion: "Stands for", relations: "Related terms", references: "References",
    noHalf: "There is no text in this language.", newTab: "opens in a new tab",
    korean: "한국어", english: "English",
    keyTitle: "An API key is needed", keyHelp: "This server is protected by an API key. The key is kept until you close this tab.", keyWrong: "The server did not accept this key. Enter it again.",
    keyLabel: "API key", keySubmit: "Continue", cancel: "Cancel",
    sections: { definition: "Definition", plain: "In plain words", how: "How it works", why: "Why it matters", limits: "Limits", examples: "Examples", origin: "Origin", versus: "Versus", confusion: "Often confused" },
    relationNames: { broader: "Broader", narrower: "Narrower", "part-of": "Part of", parts: "Parts", prerequisite: "Know first", "needed-by": "Read next", "contrasts-with": "Compare with", related: "Related" },
    categories: { models: "Models", rag: "RAG", foundations: "Foundations", tools: "Tools", architecture: "Architecture", evaluation: "Evaluation", inference: "Inference", "fine-tuning": "Fine-tuning", nlp: "NLP", hardware: "Hardware", alignment: "Alignment", prompting: "Prompting", compression: "Compression", agents: "Agents", safety: "Safety", "pre-training": "Pre-training", tokenization: "Tokenization", data: "Data", training: "Training" },
  },
};

/** The language of the interface. */
export const language = () => document.documentElement.lang;

/** A text in `lang`, the interface's unless given; texts that take values are called with them. */
export function tIn(lang, key, ...values) {
  const text = TEXTS[lang][key];
  return typeof text === "function" ? text(...values) : text;
}

export const t = (key, ...values) => tIn(language(), key, ...values);

const labelIn = (key) => (name) => (Object.hasOwn(t(key), name) ? t(key)[name] : name);

/** Labels by the names that the server uses; an unknown category of another glossary is shown as it is. */
export const sectionLabel = labelIn("sections");
export const relationLabel = labelIn("relationNames");
export const categoryLabel = labelIn("categories");

/** A term's name in the interface's language, or in the one that there is. */
export const nameOf = (term) => term.names[language()] ?? Object.values(term.names)[0];

export function setLanguage(lang) {
  document.documentElement.lang = lang;
  save("localStorage", "rag.language", lang);
}
