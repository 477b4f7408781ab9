// Before the first paint: the remembered theme and language, so that nothing flashes. A classic script for that reason.
"use strict";
(() => {
  const stored = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // storage is off, or holds something else
    }
  };
  const root = document.documentElement;
  const theme = stored("rag.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const language = stored("rag.language");
  root.lang = language === "ko" || language === "en" ? language : (navigator.language || "").startsWith("ko") ? "ko" : "en";
})();
