// @ts-check
/**
 * What lies on the fluid: each finger's pointer (a dot), its potential (a ring) and a line between,
 * in the visitor's colour; vortices, if the frame tells of them; boat and probe; the ripple of a
 * touch; and tracers, where the renderer below does not draw them.
 */
import { FULL, GHOST_TOUCH } from "../protocol.js";
import { context2d } from "./canvas2d.js";
import { ANTICLOCKWISE, CLOCKWISE, DARK } from "./colours.js";
import { createGlow } from "./glow.js";
import { drawBoat, drawProbe } from "./instruments.js";

const RIPPLE_MS = 900;
const UNIT_SHARE = 0.01; // of the box's longer side
const MIN_UNIT_CSS_PX = 8; // on a phone a mark must look out from under a fingertip
const UNKNOWN_VISITOR = "#ffffff";
const RING = 1.25; // units

/**
 * @typedef {object} Scene
 * @property {import("../protocol.js").Frame | null} frame
 * @property {Map<number, string>} colours  of the visitors
 * @property {number} self  this page's visitor
 * @property {Map<number, import("../protocol.js").Point>} held  where this page's touches are now
 * @property {boolean} tracers
 * @property {import("./instruments.js").Boat | null} boat
 * @property {import("./instruments.js").Probe | null} probe
 */

/** @param {HTMLCanvasElement} canvas */
export function createOverlay(canvas) {
  const context = context2d(canvas);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {{x: number, y: number, since: number}[]} */
  let ripples = [];
  let speck = tracerSpeck(1);
  const glow = createGlow(context);
  let unit = 1;

  /** @param {number} now @param {string} colour */
  function drawRipples(now, colour) {
    ripples = ripples.filter(({ since }) => now - since < RIPPLE_MS);
    for (const { x, y, since } of ripples) {
      const age = (now - since) / RIPPLE_MS;
      context.globalAlpha = 0.7 * (1 - age) ** 2;
      circle(x * canvas.width, (1 - y) * canvas.height, unit * (1 + 9 * Math.sqrt(age)));
      stroke(colour, unit * 0.22);
    }
    context.globalAlpha = 1;
  }

  /** @param {Uint16Array} tracers */
  function drawTracers(tracers) {
    const size = Math.max(3, Math.round(unit * 0.55));
    if (speck.width !== size) speck = tracerSpeck(size);
    for (let i = 0; i < tracers.length; i += 2) {
      const x = (tracers[i] / FULL) * canvas.width - size / 2;
      const y = (1 - tracers[i + 1] / FULL) * canvas.height - size / 2;
      context.drawImage(speck, Math.round(x), Math.round(y));
    }
  }

  /** @param {import("../protocol.js").VortexMark[]} vortices */
  function drawVortices(vortices) {
    for (const { x, y, sign } of vortices) {
      const [cx, cy, radius] = [x * canvas.width, (1 - y) * canvas.height, unit * 1.3];
      const turn = sign > 0 ? -1 : 1;
      const tip = turn * 1.5 * Math.PI;
      context.beginPath();
      context.arc(cx, cy, radius, 0, tip, turn < 0);
      const [tx, ty] = [cx + radius * Math.cos(tip), cy + radius * Math.sin(tip)];
      const barb = unit * 0.5;
      context.moveTo(tx - barb, ty - barb);
      context.lineTo(tx, ty);
      context.lineTo(tx - barb, ty + barb);
      stroke(DARK, unit * 0.5);
      stroke(sign > 0 ? ANTICLOCKWISE : CLOCKWISE, unit * 0.25);
    }
  }

  /** @param {import("../protocol.js").FingerMark} mark @param {Scene} scene */
  function drawFinger(mark, { colours, self, held }) {
    const colour = colours.get(mark.visitor) ?? UNKNOWN_VISITOR;
    // Our own pointer is under the finger now; the frame knows where it was.
    const pointer = (mark.visitor === self && held.get(mark.touch)) || mark.pointer;
    const [px, py] = [pointer.x * canvas.width, (1 - pointer.y) * canvas.height];
    const qx = mark.potential.x * canvas.width;
    const qy = (1 - mark.potential.y) * canvas.height;
    context.globalAlpha = mark.down ? 1 : 0.35;
    if (mark.down) {
      leash(px, py, qx, qy);
      stroke(DARK, unit * 0.45);
      stroke(colour, unit * 0.2);
    }
    circle(qx, qy, unit * RING);
    stroke(DARK, unit * 0.5);
    stroke(colour, unit * 0.26);
    if (mark.down) {
      circle(px, py, unit * 0.62);
      context.fillStyle = colour;
      context.fill();
      stroke(DARK, unit * 0.16);
    }
    context.globalAlpha = 1;
  }

  /** From the pointer to the edge of the ring. @type {(...ends: number[]) => void} */
  function leash(px, py, qx, qy) {
    const length = Math.hypot(px - qx, py - qy);
    const share = Math.min(1, (RING * unit) / (length || 1));
    context.beginPath();
    context.moveTo(px, py);
    context.lineTo(qx + (px - qx) * share, qy + (py - qy) * share);
  }

  /** @param {number} x @param {number} y @param {number} radius */
  function circle(x, y, radius) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }

  /** @param {string} colour @param {number} width */
  function stroke(colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  return {
    /** @param {number} x @param {number} y  fractions of the box, y up */
    ripple(x, y) {
      if (!calm.matches) ripples.push({ x, y, since: performance.now() });
    },
    /** Something moves even if no new frame comes. */
    moving: () => ripples.length > 0,
    /** @param {number} width @param {number} height @param {number} ratio  pixels per CSS pixel */
    resize(width, height, ratio) {
      canvas.width = width;
      canvas.height = height;
      unit = Math.max(Math.max(width, height) * UNIT_SHARE, MIN_UNIT_CSS_PX * ratio);
    },
    /** @param {Scene} scene */
    draw(scene) {
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineCap = "round";
      if (scene.frame) {
        if (scene.tracers) drawTracers(scene.frame.tracers);
        drawVortices(scene.frame.vortices);
        if (scene.boat) drawBoat({ context, unit }, scene.boat);
        if (scene.probe) drawProbe({ context, unit }, scene.probe);
        for (const mark of scene.frame.fingers) {
          if (mark.touch === GHOST_TOUCH) glow.draw(mark, unit);
          else drawFinger(mark, scene);
        }
      }
      drawRipples(performance.now(), scene.colours.get(scene.self) ?? UNKNOWN_VISITOR);
    },
  };
}

/** A soft point to stamp. @param {number} size  in pixels */
function tracerSpeck(size) {
  const speck = document.createElement("canvas");
  speck.width = speck.height = size;
  const context = context2d(speck);
  const glow = context.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
  glow.addColorStop(0.25, "rgb(255 255 255 / 0.85)");
  glow.addColorStop(1, "rgb(255 255 255 / 0)");
  context.fillStyle = glow;
  context.fillRect(0, 0, size, size);
  return speck;
}
