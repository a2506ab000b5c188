// @ts-check
/** A ghost's finger: a soft light that comes and goes. */

const REACH = 4.5; // units
const DOWN = 0.95;
const FADE = 0.06; // of what is missing, each time

/** @param {CanvasRenderingContext2D} context */
export function createGlow(context) {
  let strength = 0;

  return {
    /** @param {import("../protocol.js").FingerMark} mark @param {number} unit  in pixels */
    draw({ down, potential: { x, y } }, unit) {
      strength += ((down ? DOWN : 0) - strength) * FADE;
      const [cx, cy] = [x * context.canvas.width, (1 - y) * context.canvas.height];
      const light = context.createRadialGradient(cx, cy, 0, cx, cy, REACH * unit);
      light.addColorStop(0, "rgb(255 252 240 / 0.95)");
      light.addColorStop(0.12, "rgb(255 250 235 / 0.6)");
      light.addColorStop(0.4, "rgb(190 230 255 / 0.2)");
      light.addColorStop(1, "rgb(150 210 255 / 0)");
      context.globalAlpha = strength;
      context.fillStyle = light;
      context.fillRect(cx - REACH * unit, cy - REACH * unit, 2 * REACH * unit, 2 * REACH * unit);
      context.globalAlpha = 1;
    },
  };
}
