// @ts-check
/**
 * What this page does when nobody is in the room (see app/protocol/idle.py): it counts down, and
 * the kiosk's page then tidies itself and lets a ghost stir. A hand ends that before the server
 * knows of it.
 */
import { GHOST_TOUCH } from "../protocol.js";
import { createCountdown } from "./countdown.js";
import { createGhost } from "./ghost.js";
import { forgetHand, onHand, wasHand } from "./hand.js";

const HERE_MS = 2000;

/**
 * @param {object} options
 * @param {import("../state.js").State} options.state
 * @param {(type: string, fields?: Record<string, any>) => boolean} options.send
 * @param {() => void} options.tidy  nobody is there: as at the beginning
 * @returns {{receive: (message: Record<string, any>) => void, lost: () => void}}
 */
export function bindIdle({ state, send, tidy }) {
  const { dataset } = document.documentElement;
  const countdown = createCountdown();
  const ghost = createGhost((finger) => send("finger", finger), lag);
  /** @type {"busy" | "countdown" | "attract" | null}  null: nothing of this happens here */
  let phase = null;
  let toldAt = 0;

  function lag() {
    const mark = state.picture?.frame.fingers.find(
      ({ visitor, touch }) => visitor === state.you?.id && touch === GHOST_TOUCH,
    );
    if (!mark) return 0;
    return Math.hypot(mark.pointer.x - mark.potential.x, mark.pointer.y - mark.potential.y);
  }

  /** @param {typeof phase} next @param {number} [leftS] */
  function become(next, leftS = 0) {
    const atKiosk = state.you?.role === "kiosk";
    const before = phase;
    phase = next;
    dataset.phase = next ?? "busy";
    dataset.kiosk = String(atKiosk);
    if (next === "countdown") countdown.show(leftS, atKiosk);
    else countdown.hide();
    if (next !== "attract" || !atKiosk) {
      ghost.lift();
      return;
    }
    forgetHand();
    if (before !== "attract") tidy();
    if (state.model?.grid) ghost.start();
  }

  function tellHere() {
    toldAt = performance.now();
    send("here");
  }

  onHand(() => {
    if (phase === null) return;
    const resting = phase !== "busy";
    if (resting) become("busy");
    if (resting || performance.now() - toldAt > HERE_MS) tellHere();
  });

  return {
    receive(message) {
      if (message.type !== "idle") return;
      // A hand led to this page, whose room nobody has touched yet.
      if (phase === null && message.phase === "attract" && wasHand()) tellHere();
      else become(message.phase, message.left_s);
    },
    lost: () => phase !== null && become(null),
  };
}
