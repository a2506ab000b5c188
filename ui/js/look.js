// @ts-check
/** How this page shows the fluid: nobody else's picture changes with it. */
import { make } from "./dom.js";
import { makeChips } from "./fields.js";
import { PALETTES, cssColour, emptyLevel, paletteBytes } from "./render/palette.js";

const REMEMBERED = "vortarium.palette";
const SWATCH_STOPS = [0, 64, 128, 192, 255];

/** The colour map that this browser used last. @returns {string} */
export function rememberedPalette() {
  const name = localStorage.getItem(REMEMBERED) ?? "";
  return Object.hasOwn(PALETTES, name) ? name : Object.keys(PALETTES)[0];
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
 * @param {Pick<import("./controls.js").Wishes, "view" | "looked">} wishes
 * @returns {{element: HTMLElement, show: () => void} | null}  null: the model has no picture
 */
export function makeLook(state, { view, looked }) {
  const views = state.model?.views ?? [];
  if (views.length === 0) return null;
  const element = make("details", { open: true }, make("summary", {}, "Picture"));

  const viewChips = makeChips("What is shown", views, view);
  if (views.length > 1) element.append(field("What is shown", viewChips.element));

  const maps = Object.entries(PALETTES).map(([name, { label }]) => ({ name, label }));
  const mapChips = makeChips("Colours", maps, (name) => {
    state.palette = name;
    localStorage.setItem(REMEMBERED, name);
    looked();
  });
  mapChips.element.querySelectorAll("label").forEach((chip, i) => {
    chip.dataset.swatch = maps[i].name;
    chip.style.setProperty("--swatch", gradient(maps[i].name));
  });
  element.append(field("Colours", mapChips.element));

  return {
    element,
    show() {
      viewChips.show(state.view);
      mapChips.show(state.palette);
    },
  };
}

/** @param {string} title @param {HTMLElement} chips */
function field(title, chips) {
  const row = make("div", { class: "row" }, make("span", { class: "label" }, title));
  return make("div", { class: "field" }, row, chips);
}

/** @param {string} name  of a palette */
function gradient(name) {
  const bytes = paletteBytes(name, "linear");
  const stops = SWATCH_STOPS.map((level) => cssColour(bytes, level));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
