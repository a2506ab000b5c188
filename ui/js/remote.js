// @ts-check
/**
 * What a room exposes, written as if it were here: `await room.model.cooling` gets,
 * `room.model.cooling = 0.01` sets, `room.model.energy()` calls, `delete room.notes.mine` deletes.
 *
 * Such an object is made of its name alone and knows nothing of what there is: the server does.
 * It can be awaited from its second word on, as that is how a value is got; `room.model` itself
 * can be handed through promises like anything else. Symbols, which engines and tools look for,
 * are never sent.
 */

/**
 * @typedef {"get" | "set" | "call" | "delete"} Op
 * @typedef {(op: Op, target: string, args?: any[], kwargs?: Record<string, any>) => Promise<any>} Ask
 */

const PROMISE_METHODS = ["then", "catch", "finally"];

/**
 * @param {string[]} words  of the dotted name
 * @param {Ask} ask  whose answer somebody waits for
 * @param {(op: Op, target: string, args?: any[]) => void} tell  for `=` and `delete`, which give
 *   nothing that could be waited for
 * @returns {any}
 */
export function remote(words, ask, tell) {
  const name = words.join(".");
  // A function, for only these can be called.
  return new Proxy(() => {}, {
    get(_, word) {
      if (word === Symbol.toPrimitive || word === "toJSON") return () => `[${name}]`;
      if (typeof word === "symbol") return undefined;
      if (PROMISE_METHODS.includes(word)) {
        if (words.length < 2) return undefined;
        return (/** @type {any[]} */ ...handlers) => {
          const value = /** @type {any} */ (ask("get", name));
          return value[word](...handlers);
        };
      }
      return remote([...words, word], ask, tell);
    },
    set(_, word, value) {
      if (typeof word === "symbol") return false;
      tell("set", `${name}.${word}`, [value]);
      return true;
    },
    deleteProperty(_, word) {
      if (typeof word === "symbol") return false;
      tell("delete", `${name}.${word}`);
      return true;
    },
    apply: (_, __, args) => ask("call", name, args),
  });
}
