// @ts-check
/**
 * One of a few words; see field.js for events and declaration. The value is the option's.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <vortarium-choice label="Trap" value="harmonic">
 *       <option value="harmonic">Bowl</option><option>box</option></vortarium-choice>
 */
import { freshId, make } from "../dom.js";
import { Field, hear } from "./field.js";

/** @typedef {string | {name: string, label: string}} Option */

class Choice extends Field {
  /** @type {Map<string, HTMLInputElement>} */
  #inputs = new Map();

  /** @override @returns {any} */
  declared() {
    const options = [...this.querySelectorAll("option")].map(({ value, text }) => ({
      name: value, label: text,
    }));
    return { ...super.declared(), kind: "choice", options };
  }

  /** @override @param {any} declaration  an option may have a label beside its name */
  build(declaration) {
    const attributes = { class: "chips", role: "radiogroup", "aria-label": declaration.label };
    const chips = make("div", attributes);
    const group = freshId("choice");
    this.#inputs.clear();
    for (const option of /** @type {Option[]} */ (declaration.options ?? [])) {
      const [name, label] = typeof option === "string" ? [option, option] : [option.name, option.label];
      const input = make("input", { type: "radio", name: group, value: name });
      hear(input, "input", () => {});
      hear(input, "change", () => this.tell("change", name));
      this.#inputs.set(name, input);
      chips.append(make("label", { class: "chip" }, input, make("span", {}, label)));
    }
    return [this.heading(declaration, chips, ""), chips];
  }

  /** @override @param {import("./field.js").Scalar} value */
  show(value) {
    for (const [name, input] of this.#inputs) input.checked = name === String(value);
  }
}

customElements.define("vortarium-choice", Choice);
