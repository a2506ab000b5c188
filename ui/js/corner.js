// @ts-check
/** The way to the operator's page on a screen without an address bar: hold the top left corner. */
import { make } from "./dom.js";
import { url } from "./urls.js";

const HOLD_MS = 3000;
const CORNER_PX = 90;
const STEADY_PX = 24;

/** @param {() => boolean} isKiosk  only its page has it */
export function bindCorner(isKiosk) {
  const ring = make("i", { class: "corner", hidden: true });
  ring.style.setProperty("--hold", `${HOLD_MS}ms`);
  document.body.append(ring);
  /** @type {{id: number, x: number, y: number} | null} */
  let held = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function release() {
    clearTimeout(timer);
    held = null;
    ring.hidden = true;
  }

  addEventListener("pointerdown", ({ pointerId, clientX, clientY }) => {
    if (held || !isKiosk() || clientX > CORNER_PX || clientY > CORNER_PX) return;
    held = { id: pointerId, x: clientX, y: clientY };
    ring.hidden = false;
    timer = setTimeout(() => location.assign(url("operator")), HOLD_MS);
  }, true);
  addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (pointerId !== held?.id) return;
    if (Math.hypot(clientX - held.x, clientY - held.y) > STEADY_PX) release();
  }, true);
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    addEventListener(name, ({ pointerId }) => pointerId === held?.id && release(), true);
  }
}
