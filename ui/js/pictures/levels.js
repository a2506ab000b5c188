// @ts-check
/** A picture as the fluid will take it: what the server does with it, done here for the eye. */
import { context2d } from "../render/canvas2d.js";

/** What shows through where a picture is transparent. */
const PAPER = "white";
/** Of all points: the darkest become black and the brightest white. */
const CUTOFF = 0.01;

/** @typedef {"trap" | "density"} Use */

/** @param {ImageBitmap} bitmap @param {number} most  longest side @returns {HTMLCanvasElement} */
export function shrunk(bitmap, most) {
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(scale * bitmap.width));
  canvas.height = Math.max(1, Math.round(scale * bitmap.height));
  const context = context2d(canvas);
  context.imageSmoothingQuality = "high";
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * Brightness 0..1 of a box of `width` x `height` with the picture as large as fits, dark beside it.
 *
 * @param {HTMLCanvasElement} picture
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array}
 */
export function fitted(picture, width, height) {
  const scale = Math.min(width / picture.width, height / picture.height);
  const [across, up] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(scale * side)));
  const [left, top] = [(width - across) >> 1, (height - up) >> 1];
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = context2d(canvas, { willReadFrequently: true });
  context.drawImage(picture, left, top, across, up);
  const { data } = context.getImageData(left, top, across, up);
  const grey = Float32Array.from({ length: across * up }, (_, i) => greyOf(data, 4 * i));
  const sorted = grey.slice().sort();
  const [low, high] = [CUTOFF, 1 - CUTOFF].map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
  const brightness = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = (top + Math.floor(i / across)) * width + left + (i % across);
    brightness[at] = Math.min(Math.max((grey[i] - low) / Math.max(high - low, 1), 0), 1);
  }
  return brightness;
}

/** @param {Uint8ClampedArray} data @param {number} at */
function greyOf(data, at) {
  return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
}

/**
 * The fluid's density as levels 0..255, at the first moment.
 *
 * @param {Float32Array} brightness
 * @param {Use} use
 * @param {number} wallMu  how high black is as a wall, in units of the chemical potential
 */
export function density(brightness, use, wallMu) {
  return Uint8Array.from(brightness, (M) => {
    const n = use === "trap" ? 1 - wallMu * (1 - M) : M;
    return 255 * Math.max(n, 0);
  });
}
