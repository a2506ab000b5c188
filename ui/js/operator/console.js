// @ts-check
/** The operator's requests, with the key that the PIN gave; it is gone with the page. */
import { keepResume } from "../credentials.js";
import { url } from "../urls.js";

/**
 * @typedef {object} Report  of GET /api/operator
 * @property {string} version
 * @property {number} uptime_s
 * @property {number} visitors_ever
 * @property {import("./rooms.js").Room[]} rooms
 * @property {{address: string, name: string, code: string}} guests
 * @property {string[]} log
 */

export function createConsole() {
  let key = "";
  let resume = "";

  /** @param {string} path @param {object} [body] @returns {Promise<any>} */
  async function ask(path, body) {
    const answer = await fetch(url(path), {
      method: body ? "POST" : "GET",
      headers: key ? { Authorization: `Bearer ${key}` } : {},
      body: body && JSON.stringify(body),
    });
    if (answer.ok) return answer.json();
    if (answer.status === 403) key = "";
    throw new Error((await answer.text()).trim());
  }

  return {
    /** Is somebody logged in? */
    get in() {
      return key !== "";
    },
    /** @param {string} pin */
    async login(pin) {
      ({ key, resume } = await ask("api/operator/login", { pin }));
    },
    /** From now on this tab joins rooms as an operator. */
    visit() {
      keepResume(resume);
    },
    logOut() {
      key = "";
    },
    /** @returns {Promise<Report>} */
    report: () => ask("api/operator"),
    /** @param {object} request  one of app/protocol/console.py */
    act: (request) => ask("api/operator/act", request),
  };
}
