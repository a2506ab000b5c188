// @ts-check
/** A picture as the fluid will take it: what the server does with it, done here for the eye. */
import { context2d } from "../render/canvas2d.js";

/** What shows through where a picture is transparent: the second, where nothing is seen on the first. */
const PAPERS = ["white", "black"];
/** Of 255: what has less is a plain surface. */
const LEAST_CONTRAST = 8;
/** Of all points: the darkest become black and the brightest white. */
const CUTOFF = 0.01;

/** @typedef {"trap" | "density"} Use */

/** @param {ImageBitmap} bitmap @param {number} most  longest side @returns {HTMLCanvasElement} */
export function shrunk(bitmap, most) {
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(scale * bitmap.width));
  canvas.height = Math.max(1, Math.round(scale * bitmap.height));
  const context = context2d(canvas, { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  for (const paper of PAPERS) {
    context.fillStyle = paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    if (range(greyOf(context.getImageData(0, 0, canvas.width, canvas.height).data)) >= LEAST_CONTRAST) break;
  }
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
  const grey = greyOf(data);
  const sorted = grey.slice().sort();
  let [low, high] = [CUTOFF, 1 - CUTOFF].map((part) => sorted[Math.floor(part * (sorted.length - 1))]);
  if (high - low < LEAST_CONTRAST) [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const brightness = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const at = (top + Math.floor(i / across)) * width + left + (i % across);
    brightness[at] = Math.min(Math.max((grey[i] - low) / Math.max(high - low, 1), 0), 1);
  }
  return brightness;
}

/**
 * The brightness 0..255; of a picture whose colours are equally bright, the colour that differs most.
 *
 * @param {Uint8ClampedArray} data  red, green, blue and opacity of each point
 */
function greyOf(data) {
  const weighed = (/** @type {number[]} */ [red, green, blue]) =>
    Float32Array.from({ length: data.length / 4 }, (_, i) =>
      red * data[4 * i] + green * data[4 * i + 1] + blue * data[4 * i + 2]);
  const grey = weighed([0.299, 0.587, 0.114]);
  if (range(grey) >= LEAST_CONTRAST) return grey;
  const bands = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(weighed);
  return bands.reduce((most, band) => (range(band) > range(most) ? band : most));
}

/** @param {Float32Array} values */
function range(values) {
  return values.reduce((most, value) => Math.max(most, value), 0) - values.reduce((least, value) => Math.min(least, value), 255);
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
