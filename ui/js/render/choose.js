// @ts-check
/**
 * WebGL2 where a graphics chip does it; where the processor would have to imitate one, a 2-D canvas
 * is several times faster. `?renderer=webgl2` or `?renderer=canvas2d` decides otherwise.
 */
import { createCanvas2d } from "./canvas2d.js";
import { createWebgl2 } from "./webgl2.js";

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * @typedef {object} Look
 * @property {string} palette
 * @property {import("./palette.js").Kind} kind  of the values
 *
 * @typedef {object} Renderer
 * @property {"webgl2" | "canvas2d"} name
 * @property {HTMLCanvasElement} canvas
 * @property {boolean} drawsTracers  false: the overlay does
 * @property {number} maxPixels  the longest side that is worth drawing
 * @property {(picture: import("../decoder.js").Picture, look: Look) => void} draw
 * @property {(width: number, height: number) => void} resize  in device pixels
 */

/**
 * @param {string | null} wanted  the name of a renderer
 * @param {() => void} onLost  the chip went away: make another
 * @returns {Renderer}
 */
export function chooseRenderer(wanted, onLost) {
  try {
    const webgl = wanted === "webgl2" || (wanted !== "canvas2d" && hasGraphicsChip());
    return (webgl && createWebgl2(onLost)) || createCanvas2d();
  } catch (fault) {
    console.warn("Drawn without the graphics chip:", fault); // denied, or its driver is at fault
    return createCanvas2d();
  }
}

function hasGraphicsChip() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(name);
}
