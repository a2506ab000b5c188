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
  while (list.childElementCount > MAX_SHOWN) list.firstElementChild?.remove();
  setTimeout(() => item.remove(), ms);
}

/** A `notice` of the server; one with an end stays until then. @param {Record<string, any>} message */
export function showNotice({ level, text, until }) {
  const shown = level === "trouble" ? TROUBLE_MS : SHOWN_MS;
  const left = until === null ? shown : 1000 * until - Date.now();
  if (left > 0) toast(text, level, left);
}
