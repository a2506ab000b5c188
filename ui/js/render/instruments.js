// @ts-check
/** What measures: the boat with the force and the torque on it, and the probe with its reading. */
import { formatNumber } from "../scale.js";
import { BOAT, DARK, FORCE, PROBE } from "./colours.js";

const TEXT_UNITS = 1.75;
const DIGITS = 2;
/** Arrow and arc have half their full length at these values; there is always a longer one. */
const HALF_FORCE = 0.5;
const HALF_TORQUE = 4;
const ARROW_UNITS = 16;
const FEEBLE = 0.03; // of the full length: an arrow too short to have a direction

/**
 * @typedef {object} Boat  the channel's value: sizes in box widths, angles anticlockwise
 * @property {number} x
 * @property {number} y
 * @property {number} angle
 * @property {number} length
 * @property {number} width
 * @property {[number, number]} force  in units of μ over the healing length
 * @property {number} torque  in units of μ
 *
 * @typedef {{x: number, y: number, density: number | null, speed: number | null}} Probe
 *
 * @typedef {object} Sheet  what to draw on
 * @property {CanvasRenderingContext2D} context
 * @property {number} unit  of marks, in pixels
 */

/** @param {Sheet} sheet @param {Boat} boat */
export function drawBoat({ context, unit }, boat) {
  const { width, height } = context.canvas;
  const [x, y] = [boat.x * width, (1 - boat.y) * height];
  const beam = Math.max(boat.width * width, 1.6 * unit);
  const length = Math.max(boat.length * width, 2 * beam);
  context.save();
  context.translate(x, y);
  context.rotate(-boat.angle);
  hull(context, length / 2, beam / 2);
  context.restore();
  context.fillStyle = "rgb(12 24 40 / 0.55)";
  context.fill();
  outline(context, BOAT, unit * 0.24);

  const reach = 0.75 * length;
  const [fx, fy] = boat.force;
  const force = Math.hypot(fx, fy);
  const arrow = unit * ARROW_UNITS * saturate(force, HALF_FORCE);
  if (arrow > unit * ARROW_UNITS * FEEBLE) {
    const [ux, uy] = [fx / force, -fy / force];
    context.beginPath();
    context.moveTo(x, y);
    head(context, x + ux * arrow, y + uy * arrow, ux, uy, unit);
    outline(context, FORCE, unit * 0.4);
  }
  const turn = 1.8 * Math.PI * saturate(Math.abs(boat.torque), HALF_TORQUE);
  if (turn > Math.PI * FEEBLE) {
    const sign = Math.sign(boat.torque);
    const end = -boat.angle - sign * turn;
    context.beginPath();
    context.arc(x, y, reach, -boat.angle, end, sign > 0);
    const [cx, cy] = [x + reach * Math.cos(end), y + reach * Math.sin(end)];
    head(context, cx, cy, sign * Math.sin(end), -sign * Math.cos(end), 0.8 * unit);
    outline(context, FORCE, unit * 0.24);
  }
  write({ context, unit }, x, y, reach + 0.8 * unit, [
    `force ${round(force)} μ/ξ`,
    `torque ${round(boat.torque)} μ`,
  ]);
}

/** @param {Sheet} sheet @param {Probe} probe */
export function drawProbe({ context, unit }, probe) {
  const { width, height } = context.canvas;
  const [x, y] = [probe.x * width, (1 - probe.y) * height];
  context.beginPath();
  for (const [ux, uy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(x + 0.5 * unit * ux, y + 0.5 * unit * uy);
    context.lineTo(x + 1.7 * unit * ux, y + 1.7 * unit * uy);
  }
  outline(context, PROBE, unit * 0.3);
  write({ context, unit }, x, y, 1.9 * unit, [
    `density ${round(probe.density)}`,
    `speed ${round(probe.speed)} c`,
  ]);
}

/**
 * Pointed at the bow, blunt astern.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} half  of the length
 * @param {number} beam  half of the width
 */
function hull(context, half, beam) {
  context.beginPath();
  context.moveTo(half, 0);
  context.quadraticCurveTo(0.35 * half, beam, -0.3 * half, beam);
  context.quadraticCurveTo(-half, beam, -half, 0);
  context.quadraticCurveTo(-half, -beam, -0.3 * half, -beam);
  context.quadraticCurveTo(0.35 * half, -beam, half, 0);
  context.closePath();
}

/**
 * The line goes on to (x, y), where it ends in a point.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} ux  where it points
 * @param {number} uy
 * @param {number} size
 */
function head(context, x, y, ux, uy, size) {
  context.lineTo(x, y);
  for (const side of [1, -1]) {
    context.moveTo(x - size * (ux + side * 0.6 * uy), y - size * (uy - side * 0.6 * ux));
    context.lineTo(x, y);
  }
}

/** @param {CanvasRenderingContext2D} context @param {string} colour @param {number} width */
function outline(context, colour, width) {
  context.lineJoin = "round";
  for (const [style, wide] of /** @type {[string, number][]} */ ([[DARK, 2.2], [colour, 1]])) {
    context.strokeStyle = style;
    context.lineWidth = width * wide;
    context.stroke();
  }
}

/**
 * Lines of text below (x, y), or above it where the box ends.
 *
 * @param {Sheet} sheet
 * @param {number} x
 * @param {number} y
 * @param {number} clear  how far from there
 * @param {string[]} lines
 */
function write({ context, unit }, x, y, clear, lines) {
  const size = TEXT_UNITS * unit;
  const { width, height } = context.canvas;
  context.font = `${size}px Inter, system-ui, "Noto Sans", sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "top";
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  const tall = 1.25 * size * lines.length;
  const left = Math.min(Math.max(x, 0.6 * widest), width - 0.6 * widest);
  const top = y + clear + tall < height ? y + clear : y - clear - tall;
  lines.forEach((line, i) => {
    const at = top + 1.25 * size * i;
    context.strokeStyle = DARK;
    context.lineWidth = 0.3 * size;
    context.strokeText(line, left, at);
    context.fillStyle = "#ffffff";
    context.fillText(line, left, at);
  });
}

/** From 0 to 1. @param {number} value @param {number} half  where it is one half */
function saturate(value, half) {
  return value / (value + half);
}

/** @param {number | null} value */
function round(value) {
  if (value === null) return "–";
  return formatNumber(Number(value.toFixed(DIGITS))).replace("-", "−");
}
