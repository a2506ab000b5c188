// @ts-check
/** How this page shows the fluid: nobody else's picture changes with it. */
import { make } from "./dom.js";
import "./elements/choice.js";
import { browser } from "./memory.js";
import { PALETTES, cssColour, emptyLevel, paletteBytes } from "./render/palette.js";

const REMEMBERED = "vortarium.palette";
const SWATCH_STOPS = [0, 64, 128, 192, 255];

/** The colour map that this browser used last. @returns {string} */
export function rememberedPalette() {
  const name = browser.recall(REMEMBERED) ?? "";
  return Object.hasOwn(PALETTES, name) ? name : Object.keys(PALETTES)[0];
}

/** The one that a page begins with, for whoever comes next. @returns {string} */
export function forgetPalette() {
  browser.forget(REMEMBERED);
  return rememberedPalette();
}

/**
 * The page is as dark as where there is no fluid, so that no box is seen.
 *
 * @param {string} palette
 * @param {import("./render/palette.js").Kind} kind
 */
export function showGround(palette, kind) {
  const colour = cssColour(paletteBytes(palette, kind), emptyLevel(kind));
  document.documentElement.style.setProperty("--ground", colour);
}

/**
 * @param {import("./state.js").State} state
 * @param {Pick<import("./controls.js").Callbacks, "view" | "looked">} callbacks
 * @returns {{element: HTMLElement, show: () => void} | null}  null: the model has no picture
 */
export function makeLook(state, { view, looked }) {
  const views = state.model?.views ?? [];
  if (views.length === 0) return null;
  const element = make("details", { open: true }, make("summary", {}, "Picture"));

  const shown = choice("What is shown", views);
  shown.addEventListener("change", () => view(String(shown.value)));
  if (views.length > 1) element.append(shown);

  const maps = Object.entries(PALETTES).map(([name, { label }]) => ({ name, label }));
  const colours = choice("Colours", maps);
  colours.addEventListener("change", () => {
    state.palette = String(colours.value);
    browser.keep(REMEMBERED, state.palette);
    looked();
  });
  colours.querySelectorAll("label").forEach((chip, i) => {
    chip.dataset.swatch = maps[i].name;
    chip.style.setProperty("--swatch", gradient(maps[i].name));
  });
  element.append(colours);

  return {
    element,
    show() {
      shown.value = state.view;
      colours.value = state.palette;
    },
  };
}

/** @param {string} label @param {{name: string, label: string}[]} options */
function choice(label, options) {
  const chosen = /** @type {any} */ (document.createElement("vortarium-choice"));
  chosen.declaration = { name: "", label, help: "", options, default: "" };
  return /** @type {import("./elements/field.js").Field} */ (chosen);
}

/** @param {string} name  of a palette */
function gradient(name) {
  const bytes = paletteBytes(name, "linear");
  const stops = SWATCH_STOPS.map((level) => cssColour(bytes, level));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
