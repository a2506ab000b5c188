// @ts-check
/** Where beside the fluid there is room for a card, whatever else the page shows just now. */

/** What the page shows all the time. */
export const IN_THE_WAY = "body > .title, main > *";

/** @typedef {{side: "left" | "right", down: number, shift: number}} Spot  see `SPOTS` */

/** A side of the screen, and how far (0 to 1) down its free part and in from the edge. @type {Spot[]} */
export const SPOTS = [
  { side: "right", down: 0.5, shift: 0 },
  { side: "left", down: 0.5, shift: 0 },
  { side: "right", down: 1, shift: 1 },
  { side: "right", down: 0, shift: 0.3 },
  { side: "left", down: 0, shift: 1 },
  { side: "right", down: 0.75, shift: 0.6 },
  { side: "right", down: 0.2, shift: 1 },
];

/**
 * Put `card` at a spot: at the first from `index` on where it fits between what is there, or else
 * where most of it does.
 *
 * @param {HTMLElement} card  of fixed position
 * @param {number} index  of SPOTS
 * @returns {number}  the index of the spot taken
 */
export function standAt(card, index) {
  const edge = Number.parseFloat(getComputedStyle(document.body).paddingLeft);
  const { width, height } = card.getBoundingClientRect();
  const inOrder = SPOTS.map((_, i) => (index + i) % SPOTS.length);
  const gaps = { left: largestGap("left", width + edge), right: largestGap("right", width + edge) };
  const size = (/** @type {number} */ i) => gaps[SPOTS[i].side].bottom - gaps[SPOTS[i].side].top;
  const fitting = inOrder.find((i) => size(i) >= height + edge);
  const chosen = fitting ?? inOrder.reduce((best, i) => (size(i) > size(best) ? i : best));

  const { side, down, shift } = SPOTS[chosen];
  const { top, bottom } = gaps[side];
  const beside = Math.max(edge, (innerWidth - fluidWidth()) / 2 - edge / 2 - width);
  const left = edge + shift * (beside - edge);
  const spare = Math.max(0, bottom - top - edge - height);
  card.style.top = `${Math.round(top + edge / 2 + down * spare)}px`;
  card.style.left = `${Math.round(side === "left" ? left : innerWidth - left - width)}px`;
  return chosen;
}

/** Is `card` where it stands in nobody's way? @param {HTMLElement} card */
export function standsFree(card) {
  const { left, right, top, bottom, width } = card.getBoundingClientRect();
  const side = left + right < innerWidth ? "left" : "right";
  const gap = largestGap(side, width + (side === "left" ? left : innerWidth - right));
  return gap.top <= top && bottom <= gap.bottom;
}

function fluidWidth() {
  return document.querySelector(".fluid")?.clientWidth ?? 0;
}

/**
 * @param {"left" | "right"} side
 * @param {number} width  px from that side of the screen
 * @returns {{top: number, bottom: number}}
 */
function largestGap(side, width) {
  const upright = innerWidth < innerHeight;
  const inColumn = (/** @type {DOMRect} */ box) =>
    box.height > 0 && (side === "left" ? box.left < width : box.right > innerWidth - width);
  const boxes = [...document.querySelectorAll(IN_THE_WAY)]
    .filter((element) => upright || !element.matches(".basin")) // a little of its edge is no harm
    .map((element) => element.getBoundingClientRect())
    .filter(inColumn)
    .sort((a, b) => a.top - b.top);
  let best = { top: 0, bottom: 0 };
  let top = 0;
  for (const box of [...boxes, { top: innerHeight, bottom: innerHeight }]) {
    if (box.top - top > best.bottom - best.top) best = { top, bottom: box.top };
    top = Math.max(top, box.bottom);
  }
  return best;
}
