// @ts-check
/** Every sign of a hand on this page; and whether one brought the page here, past a reload. */
import { tab } from "../memory.js";

const SIGNS = ["pointerdown", "keydown", "wheel"];
const HAND = "vortarium.hand";

/** @param {() => void} told  before anything else hears of it */
export function onHand(told) {
  for (const name of SIGNS) addEventListener(name, told, { capture: true, passive: true });
}

/** Remember from now on. */
export function noteHand() {
  onHand(() => tab.keep(HAND, "yes"));
}

/** Nobody is here any more. */
export function forgetHand() {
  tab.forget(HAND);
}

/** @returns {boolean} */
export function wasHand() {
  return tab.recall(HAND) !== null;
}
