// @ts-check
/**
 * Frames from bytes to pictures, one at a time: while one is being decoded only the newest of
 * those that arrive is kept, so nothing ever queues.
 */
import { JPEG, parseFrame } from "./protocol.js";

/**
 * @typedef {object} Picture
 * @property {import("./protocol.js").Frame} frame
 * @property {ImageBitmap | null} bitmap  null: the levels are `frame.picture` itself
 */

/**
 * @param {(picture: Picture) => void} onPicture
 * @param {(seq: number) => void} acknowledge
 * @returns {(buffer: ArrayBuffer) => void}
 */
export function createDecoder(onPicture, acknowledge) {
  let busy = false;
  /** @type {ArrayBuffer | null} */
  let waiting = null;

  /** @param {ArrayBuffer} buffer */
  async function decode(buffer) {
    const frame = parseFrame(buffer);
    try {
      onPicture({ frame, bitmap: frame.encoding === JPEG ? await toBitmap(frame.picture) : null });
    } finally {
      // A hidden page is content with the one frame a second that the silent get.
      if (!document.hidden) acknowledge(frame.seq);
    }
  }

  return async (buffer) => {
    waiting = buffer;
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await decode(next);
      }
    } finally {
      busy = false;
    }
  };
}

/** @param {Uint8Array} jpeg @returns {Promise<ImageBitmap>} */
export function toBitmap(jpeg) {
  const blob = new Blob([/** @type {BlobPart} */ (jpeg)], { type: "image/jpeg" });
  return createImageBitmap(blob, { colorSpaceConversion: "none" });
}
