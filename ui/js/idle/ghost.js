// @ts-check
/**
 * The finger that stirs while nobody is there: a finger like any other to the room. Each way is new:
 * slow swings whose periods have no common measure, from a start by chance. It strokes, and now and
 * then rests, so that its vortices are seen; and it waits for its potential, which never outruns the
 * speed of sound, however slow the computer.
 */
import { GHOST_TOUCH } from "../protocol.js";

const SEND_MS = 33;
const MAX_LAG = 0.06; // of the box
const STROKE_MS = [8000, 14_000];
const REST_MS = [1500, 3500];
/** Across and up: swing in shares of the box, and seconds. */
const SWINGS = [
  [[0.19, 11], [0.08, 11 / Math.sqrt(5)]],
  [[0.19, 11 / Math.sqrt(2)], [0.08, 11 / Math.sqrt(7)]],
];

/** @typedef {import("../protocol.js").Point} Point */

/**
 * A way that begins by chance and never comes back to where it was.
 *
 * @param {() => number} [chance]  0 to 1
 * @returns {(seconds: number) => Point}  fractions of the box, within 0.27 of its middle
 */
export function makeWay(chance = Math.random) {
  const axes = SWINGS.map((swings) =>
    swings.map(([reach, period]) => {
      const start = 2 * Math.PI * chance();
      return (/** @type {number} */ s) => reach * Math.sin((2 * Math.PI * s) / period + start);
    }),
  );
  return (s) => {
    const [x, y] = axes.map((swings) => swings.reduce((sum, swing) => sum + swing(s), 0.5));
    return { x, y };
  };
}

/**
 * @param {(finger: Point & {touch: number, down: boolean}) => void} send
 * @param {() => number} lag  how far its potential is behind, in shares of the box
 * @returns {{start: () => void, lift: () => void}}
 */
export function createGhost(send, lag) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let way = makeWay();
  let down = false;
  let until = 0;
  let seconds = 0; // along the way

  function move() {
    const now = performance.now();
    if (down) seconds += (SEND_MS / 1000) * Math.max(0, 1 - lag() / MAX_LAG);
    if (now >= until) {
      if (down) put(false);
      down = !down;
      until = now + between(down ? STROKE_MS : REST_MS);
    }
    if (down) put(true);
  }

  /** @param {boolean} pressed */
  function put(pressed) {
    send({ touch: GHOST_TOUCH, ...way(seconds), down: pressed });
  }

  return {
    start() {
      if (timer !== undefined) return;
      way = makeWay();
      timer = setInterval(move, SEND_MS);
    },
    lift() {
      clearInterval(timer);
      timer = undefined;
      if (down) put(false);
      down = false;
      until = 0;
    },
  };
}

/** @param {number[]} range */
function between([least, most]) {
  return least + (most - least) * Math.random();
}
