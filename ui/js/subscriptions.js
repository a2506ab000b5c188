// @ts-check
/** Which channels this page hears: those that somebody on it wants now, and no others. */

/**
 * @typedef {object} Subscriptions
 * @property {(who: string, names: string[]) => void} want  all that `who` wants from now on
 * @property {(name: string) => boolean} hears
 * @property {(known: string[]) => void} begin  a new connection, to a model with these channels
 */

/**
 * @param {(type: "subscribe" | "unsubscribe", fields: {names: string[]}) => unknown} send
 * @param {(name: string) => void} forget  the value of a channel that is heard no longer
 * @returns {Subscriptions}
 */
export function createSubscriptions(send, forget) {
  /** @type {Map<string, string[]>} */
  const wanted = new Map();
  /** @type {Set<string>} */
  let heard = new Set();
  /** @type {string[]} */
  let channels = [];

  function tell() {
    const names = new Set([...wanted.values()].flat().filter((name) => channels.includes(name)));
    const fresh = [...names].filter((name) => !heard.has(name));
    const gone = [...heard].filter((name) => !names.has(name));
    heard = names;
    if (fresh.length) send("subscribe", { names: fresh });
    if (gone.length) send("unsubscribe", { names: gone });
    gone.forEach(forget);
  }

  return {
    want(who, names) {
      wanted.set(who, names);
      tell();
    },
    hears: (name) => heard.has(name),
    begin(known) {
      channels = known;
      heard.clear();
      tell();
    },
  };
}
