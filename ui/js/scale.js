// @ts-check
/** Between a number's physical value and where its slider stands; and how numbers are written. */

const LOG_POSITIONS = 240;
const LOG_DIGITS = 3;

/**
 * @typedef {object} Scale
 * @property {number} min  of the slider
 * @property {number} max
 * @property {number} step
 * @property {(value: number) => number} toPosition
 * @property {(position: number) => number} toValue
 */

/** @param {import("./protocol.js").Parameter} parameter  float or int @returns {Scale} */
export function scaleOf({ kind, low = 0, high = 1, step = 1, scale }) {
  const snap = (/** @type {number} */ value) =>
    clean(Math.min(Math.max(low + step * Math.round((value - low) / step), low), high));
  if (scale !== "log") {
    return { min: low, max: high, step, toPosition: (value) => value, toValue: snap };
  }
  const [min, max] = [Math.log10(low), Math.log10(high)];
  return {
    min,
    max,
    step: (max - min) / LOG_POSITIONS,
    toPosition: Math.log10,
    toValue(position) {
      const value = Number((10 ** position).toPrecision(LOG_DIGITS));
      return kind === "int" ? snap(value) : Math.min(Math.max(value, low), high);
    },
  };
}

/** Without the last digits that binary fractions leave behind. @param {number} value */
function clean(value) {
  return Number(value.toPrecision(12));
}

/** Short, and still a number when typed back. @param {number} value @param {number} [digits] */
export function formatNumber(value, digits = 4) {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(digits)));
}
