// @ts-check
/** What a room's fluid looks like now, in this browser's colours; cheap, for who is not in it. */
import { rememberedPalette } from "./look.js";
import { context2d, createPainter } from "./render/canvas2d.js";
import { thumbnailUrl } from "./urls.js";

const NO_LEVELS = new Uint8Array(0);

/**
 * @param {string} room
 * @returns {(canvas: HTMLCanvasElement) => Promise<void>}  draw the newest one; `data-shown` tells
 *   that there is one. Rejects if the exhibit is out of reach.
 */
export function createThumbnail(room) {
  const paint = createPainter();

  return async (canvas) => {
    const answer = await fetch(thumbnailUrl(room));
    if (!answer.ok) return;
    const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    /** @type {import("./render/choose.js").Look} */
    const look = { palette: rememberedPalette(), kind: "linear" };
    const painted = paint(bitmap, NO_LEVELS, width, height, look);
    bitmap.close();
    canvas.width = width;
    canvas.height = height;
    context2d(canvas).putImageData(painted, 0, 0);
    canvas.dataset.shown = "true";
  };
}
