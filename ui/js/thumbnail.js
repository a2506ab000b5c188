// @ts-check
/** What an exhibit looks like now, in this browser's colours; cheap, for who is not in it. */
import { make } from "./dom.js";
import { rememberedPalette } from "./look.js";
import { context2d, createPainter, readsCanvas } from "./render/canvas2d.js";
import { thumbnailUrl } from "./urls.js";

const NO_LEVELS = new Uint8Array(0);

/**
 * @param {string} room
 * @returns {(canvas: HTMLCanvasElement) => Promise<void>}  draw the newest one; `data-shown` tells
 *   that there is one. Rejects if the exhibit is out of reach.
 */
export function createThumbnail(room) {
  const paint = createPainter();
  const readable = readsCanvas();

  return async (canvas) => {
    const answer = await fetch(thumbnailUrl(room));
    if (!answer.ok) return;
    const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    canvas.width = width;
    canvas.height = height;
    if (readable) {
      const look = { palette: rememberedPalette(), kind: /** @type {const} */ ("linear") };
      context2d(canvas).putImageData(paint(bitmap, NO_LEVELS, width, height, look), 0, 0);
    } else {
      context2d(canvas).drawImage(bitmap, 0, 0); // in grey, but true
    }
    bitmap.close();
    canvas.dataset.shown = "true";
  };
}

/**
 * A model's picture: its fluid, or what has no field as it was once.
 *
 * @param {import("./protocol.js").Model} model
 * @returns {{element: HTMLElement, refresh: () => Promise<void>}}  `data-shown` on the element tells
 *   that there is one
 */
export function modelPicture({ name, grid }) {
  if (grid) {
    const element = make("canvas", { "aria-hidden": "true" });
    const draw = createThumbnail(name);
    return { element, refresh: () => draw(element) };
  }
  const element = make("img", { src: thumbnailUrl(name), alt: "" });
  element.addEventListener("load", () => (element.dataset.shown = "true"));
  // A model of a user's own has no still.
  element.addEventListener("error", () => element.remove());
  return { element, refresh: async () => {} };
}
