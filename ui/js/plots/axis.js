// @ts-check
/** A plot's vertical range: round numbers that stay where they are while they fit. */

const TICKS = 2;
const FLATTEST = 1e-3; // of the value: less than this is no change that anybody need see
const EDGE = 0.05; // of what is wanted, above and below it
const LOOSEST = 3; // times what is needed

/** @typedef {{lo: number, hi: number, step: number}} Range */

/**
 * @param {number[]} values  at least one
 * @param {Range | null} before
 * @returns {Range}
 */
export function calmRange(values, before) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const wanted = Math.max(most - least, FLATTEST * Math.max(Math.abs(least), Math.abs(most)), 1e-9);
  if (before && before.lo <= least && before.hi >= most) {
    if (before.hi - before.lo <= LOOSEST * wanted + 2 * before.step) return before;
  }
  const step = roundStep(wanted / TICKS);
  const lo = step * Math.floor((least - EDGE * wanted) / step);
  const hi = step * Math.ceil((most + EDGE * wanted) / step);
  return { lo: least >= 0 ? Math.max(lo, 0) : lo, hi, step };
}

/** 1, 2 or 5 times a power of ten. @param {number} least */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least * 0.999) ?? 10);
}
