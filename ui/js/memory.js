// @ts-check
/**
 * What this browser remembers for the page: `tab` while the tab is open, `browser` for ever.
 *
 * A browser may block site data, and its storage may be full or missing. What cannot be kept there
 * is kept in the tab's own name instead, which outlives a reload and the way to another exhibit;
 * browsers clear it on the way to another site. No other module touches storage.
 */
const MARK = "vortarium:";

/**
 * @typedef {object} Memory
 * @property {(key: string) => string | null} recall
 * @property {(key: string, value: string) => void} keep
 * @property {(key: string) => void} forget
 */

/** @type {Memory} */
export const tab = memoryIn("sessionStorage");
/** @type {Memory} */
export const browser = memoryIn("localStorage");

/** @param {"sessionStorage" | "localStorage"} area @returns {Memory} */
function memoryIn(area) {
  /** @template T @param {(storage: Storage) => T} act @returns {T | undefined}  undefined: denied */
  function attempt(act) {
    try {
      return act(window[area]); // the mere mention throws where site data is blocked
    } catch {
      return undefined;
    }
  }

  return {
    recall: (key) => inName()[key] ?? attempt((storage) => storage.getItem(key)) ?? null,
    keep(key, value) {
      const kept = attempt((storage) => {
        storage.setItem(key, value);
        return true;
      });
      keepInName(key, kept ? null : value);
    },
    forget(key) {
      attempt((storage) => storage.removeItem(key));
      keepInName(key, null);
    },
  };
}

/** @returns {Record<string, string>} */
function inName() {
  if (!window.name.startsWith(MARK)) return {};
  try {
    return JSON.parse(window.name.slice(MARK.length));
  } catch {
    return {};
  }
}

/** @param {string} key @param {string | null} value  null: no longer */
function keepInName(key, value) {
  const { [key]: before, ...others } = inName();
  if (value === null && before === undefined) return;
  window.name = MARK + JSON.stringify(value === null ? others : { ...others, [key]: value });
}
