// @ts-check
/** Pointers on the fluid become fingers: a mouse is one, a touch screen has many. */

const MAX_TOUCHES = 64; // more than a screen can tell apart

/**
 * @typedef {object} Touch
 * @property {number} touch  0..255
 * @property {number} x  fraction of the box
 * @property {number} y  fraction of the box, upwards
 *
 * @typedef {object} Fingers
 * @property {() => Iterable<Touch>} held  the fingers that are down now
 * @property {() => void} resend  tell where each finger is, as after a reconnection
 * @property {() => void} unbind
 */

/**
 * @param {HTMLElement} element  the box of the fluid
 * @param {(finger: Touch & {down: boolean}) => void} send
 * @param {(x: number, y: number) => boolean} claim  a touch at these fractions: is it no finger?
 * @returns {Fingers}
 */
export function bindFingers(element, send, claim) {
  /** @type {Map<number, Touch>} */
  const held = new Map();
  /** @type {Set<number>} */
  const moved = new Set();
  let scheduled = 0;

  /** @param {PointerEvent} event */
  function place(event) {
    const box = element.getBoundingClientRect();
    return {
      x: clamp((event.clientX - box.left) / box.width),
      y: clamp(1 - (event.clientY - box.top) / box.height),
    };
  }

  function freeTouch() {
    const taken = new Set([...held.values()].map(({ touch }) => touch));
    let touch = 0;
    while (taken.has(touch)) touch += 1;
    return touch;
  }

  /** @param {PointerEvent} event */
  function down(event) {
    if (event.button !== 0 || held.size >= MAX_TOUCHES) return;
    event.preventDefault();
    const at = place(event);
    if (claim(at.x, at.y)) return;
    element.setPointerCapture(event.pointerId);
    const finger = { touch: freeTouch(), ...at };
    held.set(event.pointerId, finger);
    send({ ...finger, down: true });
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const finger = held.get(event.pointerId);
    if (!finger) return;
    Object.assign(finger, place(event));
    moved.add(event.pointerId);
    scheduled ||= requestAnimationFrame(flush);
  }

  function flush() {
    scheduled = 0;
    for (const pointer of moved) {
      const finger = held.get(pointer);
      if (finger) send({ ...finger, down: true });
    }
    moved.clear();
  }

  /** @param {number} pointer */
  function lift(pointer) {
    const finger = held.get(pointer);
    if (!finger) return;
    held.delete(pointer);
    send({ ...finger, down: false });
  }

  /** @param {PointerEvent} event */
  const up = (event) => lift(event.pointerId);
  const liftAll = () => [...held.keys()].forEach(lift);
  /** @param {Event} event */
  const prevent = (event) => event.preventDefault();

  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  for (const name of UP_EVENTS) element.addEventListener(name, /** @type {any} */ (up));
  // A long press on glass would open a menu and steal the finger.
  element.addEventListener("contextmenu", prevent);
  addEventListener("blur", liftAll);
  addEventListener("pagehide", liftAll);

  return {
    held: () => held.values(),
    resend() {
      for (const finger of held.values()) send({ ...finger, down: true });
    },
    unbind() {
      liftAll();
      cancelAnimationFrame(scheduled);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      for (const name of UP_EVENTS) element.removeEventListener(name, /** @type {any} */ (up));
      element.removeEventListener("contextmenu", prevent);
      removeEventListener("blur", liftAll);
      removeEventListener("pagehide", liftAll);
    },
  };
}

const UP_EVENTS = ["pointerup", "pointercancel", "lostpointercapture"];

/** @param {number} fraction */
function clamp(fraction) {
  return Math.min(Math.max(fraction, 0), 1);
}
