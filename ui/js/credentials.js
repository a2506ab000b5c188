// @ts-check
/**
 * What this tab knows about its visitor: the token it came with, the one that brings it back as
 * the same visitor after a reload, the name the visitor chose, and whether it is a kiosk's that
 * keeps its visitors in.
 */
import { browser, tab } from "./memory.js";

const TOKEN = "vortarium.token";
const RESUME = "vortarium.resume";
const NAME = "vortarium.name";
const LOCKED = "vortarium.locked";
const HOME = "vortarium.home";

/** Keep the token of the address's fragment and take it out of sight. */
export function adoptFragment() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("kiosk") ?? fragment.get("join");
  if (token === null) return;
  tab.keep(TOKEN, token);
  const locked = fragment.get("locked");
  if (locked !== null) {
    tab.keep(LOCKED, locked);
    tab.keep(HOME, location.pathname + location.search);
  }
  try {
    history.replaceState(null, "", location.pathname + location.search);
  } catch {
    // A frame of another page may not; then the address keeps it.
  }
}

/** @returns {{token?: string, resume?: string, name?: string}} fields for `hello` */
export function credentials() {
  const fields = {
    token: tab.recall(TOKEN),
    resume: tab.recall(RESUME),
    name: browser.recall(NAME),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

/**
 * A kiosk's page: where it began, and after how many seconds it returns there from a page without a
 * room (0: never). Null: it is none.
 *
 * @returns {{home: string, returnS: number} | null}
 */
export function locked() {
  const home = tab.recall(HOME);
  return home === null ? null : { home, returnS: Number(tab.recall(LOCKED)) };
}

/** @param {string} token */
export function keepToken(token) {
  tab.keep(TOKEN, token);
}

/** @param {string} name  "" for one that the server makes up */
export function keepName(name) {
  browser.keep(NAME, name);
}

/** @param {string} resume */
export function keepResume(resume) {
  tab.keep(RESUME, resume);
}

/** Be somebody new at the next hello. */
export function forgetResume() {
  tab.forget(RESUME);
}
