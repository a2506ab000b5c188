// @ts-check
/** The box of the fluid on the page: renderer and overlay at the right size, redrawn when needed. */
import { chooseRenderer } from "./render/choose.js";
import { createOverlay } from "./render/overlay.js";
import { shownKind } from "./state.js";

/**
 * @typedef {object} Stage
 * @property {() => void} redraw  at the next animation frame
 * @property {(x: number, y: number) => void} ripple  at fractions of the box, y up
 * @property {() => number} drawnFrames  since the page began
 */

/**
 * @param {HTMLElement} box
 * @param {HTMLCanvasElement} overlayCanvas
 * @param {import("./state.js").State} state
 * @param {() => Iterable<import("./input.js").Touch>} held
 * @returns {Stage}
 */
export function createStage(box, overlayCanvas, state, held) {
  const overlay = createOverlay(overlayCanvas);
  const wanted = new URLSearchParams(location.search).get("renderer");
  let renderer = install(wanted);
  let scheduled = false;
  let drawn = 0;
  let stale = true; // the renderer's picture, not the overlay's
  /** @type {import("./decoder.js").Picture | null} */
  let shown = null;
  let aspect = 0;
  let fittedTo = 0; // pixels per CSS pixel of the screen

  /** @param {string | null} wanted */
  function install(wanted) {
    const made = chooseRenderer(wanted, replace);
    box.prepend(made.canvas);
    document.documentElement.dataset.renderer = made.name;
    return made;
  }

  /** A lost context may never come back; a canvas without a chip always works. */
  function replace() {
    renderer.canvas.remove();
    renderer = install("canvas2d");
    resize();
  }

  function resize() {
    const { width, height, bottom } = box.getBoundingClientRect();
    document.documentElement.style.setProperty("--fluid-bottom", `${Math.round(bottom)}px`);
    fittedTo = devicePixelRatio;
    const longest = Math.max(width, height) || 1;
    const ratio = Math.min(devicePixelRatio, renderer.maxPixels / longest);
    const [across, up] = [Math.round(width * ratio), Math.round(height * ratio)];
    renderer.resize(across, up);
    overlay.resize(across, up, ratio);
    stale = true;
    redraw();
  }

  function redraw() {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(draw);
  }

  function draw() {
    scheduled = false;
    if (fittedTo !== devicePixelRatio) resize();
    const { picture } = state;
    if (picture && (picture !== shown || stale)) {
      fit(picture.frame.nx / picture.frame.ny);
      renderer.draw(picture, { palette: state.palette, kind: shownKind(state) });
      if (picture !== shown) drawn += 1;
      shown = picture;
      stale = false;
    }
    overlay.draw({
      frame: picture?.frame ?? null,
      colours: new Map(state.visitors.map(({ id, colour }) => [id, colour])),
      self: state.you?.id ?? 0,
      held: new Map(Array.from(held(), (finger) => [finger.touch, finger])),
      tracers: !renderer.drawsTracers,
      boat: state.channels.boat ?? null,
      probe: state.channels.probe ?? null,
    });
    if (overlay.moving()) redraw();
  }

  /** Zoom, or a window on another screen: the box may be the same. While time runs, `draw` sees it. */
  function whenSharper() {
    const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    same.addEventListener("change", () => {
      redraw();
      whenSharper();
    }, { once: true });
  }

  /** @param {number} wanted  width over height */
  function fit(wanted) {
    if (wanted === aspect) return;
    aspect = wanted;
    document.documentElement.style.setProperty("--aspect", String(wanted));
  }

  new ResizeObserver(resize).observe(box);
  whenSharper();
  return {
    redraw() {
      stale = true;
      redraw();
    },
    ripple(x, y) {
      overlay.ripple(x, y);
      redraw();
    },
    drawnFrames: () => drawn,
  };
}
