// @ts-check
/** Every sign of a hand on this page; and whether one brought the page here, past a reload. */

const SIGNS = ["pointerdown", "keydown", "wheel"];
const HAND = "vortarium.hand";

/** @param {() => void} told  before anything else hears of it */
export function onHand(told) {
  for (const name of SIGNS) addEventListener(name, told, { capture: true, passive: true });
}

/** Remember from now on. */
export function noteHand() {
  onHand(() => sessionStorage.setItem(HAND, "yes"));
}

/** Nobody is here any more. */
export function forgetHand() {
  sessionStorage.removeItem(HAND);
}

/** @returns {boolean} */
export function wasHand() {
  return sessionStorage.getItem(HAND) !== null;
}
