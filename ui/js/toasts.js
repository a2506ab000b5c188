// @ts-check
/** Short messages that come, can be read, and go. */
import { byId, make } from "./dom.js";

const SHOWN_MS = 6000;
const TROUBLE_MS = 12_000; // for whoever looks up only because the fluid has jumped
const MAX_SHOWN = 3;

/** @param {string} text @param {"info" | "warning" | "trouble"} level @param {number} [ms] */
export function toast(text, level = "info", ms = SHOWN_MS) {
  const list = byId("toasts");
  const same = [...list.children].find((child) => child.textContent === text);
  same?.remove();
  const item = make("p", { class: "toast", "data-level": level }, text);
  list.append(item);
  const passing = list.querySelectorAll(":scope > :not([data-topic])");
  for (const one of [...passing].slice(0, -MAX_SHOWN)) one.remove();
  setTimeout(() => item.remove(), ms);
}

/** @type {Map<string, HTMLElement>} What stays until there is other news on it. */
const standing = new Map();

/** A `notice` of the server; one with an end stays until then, one with a topic until the next on
 * it. @param {Record<string, any>} message */
export function showNotice({ level, text, until, topic }) {
  if (typeof topic === "string") {
    stand(topic, text, level);
    return;
  }
  const shown = level === "trouble" ? TROUBLE_MS : SHOWN_MS;
  const left = until === null ? shown : 1000 * until - Date.now();
  if (left > 0) toast(text, level, left);
}

/** @param {string} topic @param {string} text @param {string} level */
function stand(topic, text, level) {
  standing.get(topic)?.remove();
  standing.delete(topic);
  if (!text) return;
  const item = make("p", { class: "toast", "data-level": level, "data-topic": topic }, text);
  standing.set(topic, item);
  byId("toasts").prepend(item);
}
