// @ts-check
/** The fluid without a graphics chip: a look-up table at grid size, enlarged by the browser. */
import { paletteBytes } from "./palette.js";

const MAX_OVERLAY_PIXELS = 1080;

/** @returns {import("./choose.js").Renderer} */
export function createCanvas2d() {
  const canvas = document.createElement("canvas");
  const context = context2d(canvas);
  const paint = createPainter();
  return {
    name: "canvas2d",
    canvas,
    drawsTracers: false,
    maxPixels: MAX_OVERLAY_PIXELS,
    draw({ frame, bitmap }, look) {
      if (canvas.width !== frame.nx || canvas.height !== frame.ny) {
        canvas.width = frame.nx;
        canvas.height = frame.ny;
      }
      context.putImageData(paint(bitmap, frame.picture, frame.nx, frame.ny, look), 0, 0);
    },
    resize() {},
  };
}

/**
 * Colours for grey levels; one painter is for pictures of one size at a time.
 *
 * @returns {(bitmap: ImageBitmap | null, levels: Uint8Array, nx: number, ny: number,
 *   look: import("./choose.js").Look) => ImageData}  the levels are those of `bitmap`, if there is one
 */
export function createPainter() {
  const scratch = context2d(document.createElement("canvas"), { willReadFrequently: true });
  let image = new ImageData(1, 1);
  /** @type {Uint32Array} */
  let table = new Uint32Array(0);
  let tableOf = "";

  return (bitmap, levels, nx, ny, look) => {
    const wanted = `${look.palette} ${look.kind}`;
    if (wanted !== tableOf) {
      table = new Uint32Array(paletteBytes(look.palette, look.kind).buffer);
      tableOf = wanted;
    }
    if (image.width !== nx || image.height !== ny) {
      image = new ImageData(nx, ny);
      scratch.canvas.width = nx;
      scratch.canvas.height = ny;
    }
    const pixels = new Uint32Array(image.data.buffer);
    if (bitmap) {
      scratch.drawImage(bitmap, 0, 0);
      const grey = new Uint32Array(scratch.getImageData(0, 0, nx, ny).data.buffer);
      for (let i = 0; i < pixels.length; i++) pixels[i] = table[grey[i] & 255];
    } else {
      for (let i = 0; i < pixels.length; i++) pixels[i] = table[levels[i]];
    }
    return image;
  };
}

/** May this page read what it drew? Some browsers answer with noise, against being recognised. */
export function readsCanvas() {
  const context = context2d(document.createElement("canvas"), { willReadFrequently: true });
  context.fillStyle = "rgb(18 52 86)";
  context.fillRect(0, 0, 1, 1);
  try {
    return String(context.getImageData(0, 0, 1, 1).data) === "18,52,86,255";
  } catch {
    return false;
  }
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function context2d(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new Error("this browser has no canvas");
  return context;
}
