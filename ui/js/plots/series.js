// @ts-check
/** What one line of a plot remembers: the last half minute, and never more. */

export const WINDOW_MS = 30_000;
const HELD_MS = 250;
const MAX_POINTS = 1000;

/** @typedef {{at: number, value: number | null}} Point  time in ms; null: no value then */

export class Series {
  /** @type {Point[]} the last point before the window, and those in it */
  points = [];

  /** @param {number} at  ms, never before the last @param {number | null} value */
  add(at, value) {
    const last = this.points.at(-1);
    // Values come when they change: until just now it was the last one.
    if (last && at - last.at > HELD_MS) this.points.push({ at: at - 1, value: last.value });
    this.points.push({ at, value });
    let old = Math.max(0, this.points.length - MAX_POINTS);
    while (this.points[old + 1]?.at < at - WINDOW_MS) old += 1;
    this.points.splice(0, old);
  }

  /** @returns {number | null} */
  get newest() {
    return this.points.at(-1)?.value ?? null;
  }
}
