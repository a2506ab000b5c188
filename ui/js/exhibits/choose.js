// @ts-check
/** What stands in the fluid's place for a model without a grid, chosen by its `display`. */
import { make } from "../dom.js";
import { makeCloud } from "./cloud.js";
import { makeNumbers } from "./numbers.js";
import { makeValues } from "./values.js";

/**
 * @typedef {object} Exhibit
 * @property {HTMLElement} element
 * @property {string[]} channels  those that it shows
 * @property {(name: string, value: any) => void} show  a channel's newest value
 * @property {(params: Record<string, any>) => void} [set]  the parameters in force
 */

/** @type {Record<string, (model: import("../protocol.js").Model) => Exhibit>} */
const DISPLAYS = { cloud: makeCloud, numbers: makeNumbers };
const FIELD = "field";

/**
 * @param {HTMLElement} box  the fluid's
 * @param {import("../state.js").State} state
 * @param {(names: string[]) => void} want  these channels from now on
 */
export function bindExhibit(box, state, want) {
  /** @type {Exhibit | null} */
  let shown = null;
  const place = make("section", { class: "gridless", hidden: true });
  box.append(place);

  return {
    /** For a model that has just been declared. */
    begin() {
      const { model } = state;
      if (!model) return;
      const display = model.display ?? "";
      const known = Object.hasOwn(DISPLAYS, display);
      shown = model.grid ? null : (known ? DISPLAYS[display] : makeValues)(model);
      place.hidden = shown === null;
      place.replaceChildren(...(shown ? [shown.element] : []));
      if (shown) box.setAttribute("aria-label", model.title);
      document.documentElement.dataset.display = shown ? display : FIELD;
      want(shown?.channels ?? []);
    },
    /** @param {string} name @param {any} value */
    show(name, value) {
      if (shown?.channels.includes(name)) shown.show(name, value);
    },
    set: () => shown?.set?.(state.params),
  };
}
