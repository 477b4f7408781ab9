// Web storage that may be off or full: reading gives the fallback, writing does nothing.

export function load(store, key, fallback) {
  try {
    const text = window[store].getItem(key);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

export function save(store, key, value) {
  try {
    if (value === null) window[store].removeItem(key);
    else window[store].setItem(key, JSON.stringify(value));
  } catch {
    // the page works without a memory
  }
}
