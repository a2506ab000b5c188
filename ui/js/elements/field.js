// @ts-check
/**
 * What controls have in common: a declared value with its label, unit and help.
 *
 *     const control = document.querySelector("vortarium-slider");
 *     control.addEventListener("change", ({ detail }) => console.log("chosen:", detail));
 *     control.value = 0.5;                     // shown, and told to nobody
 *
 * The declaration stands in attributes (name, label, unit, help, value, ...), or is given whole as
 * the property `declaration`, an entry of `parameters` in GET /api/models. While a hand is on the
 * control it tells `input`, then `change`; `detail` and `.value` are the value. What is typed and
 * is no number is told by `refused`, with the text.
 *
 * @typedef {import("../protocol.js").Parameter} Parameter
 * @typedef {import("../protocol.js").Scalar} Scalar
 */
import { make } from "../dom.js";
import { makeTooltip } from "./tooltip.js";

export class Field extends HTMLElement {
  /** @type {Parameter | null} */
  #declaration = null;
  /** @type {Scalar} */
  #value = "";

  connectedCallback() {
    if (!this.#declaration) this.declaration = this.declared();
  }

  get declaration() {
    return this.#declaration ?? this.declared();
  }

  set declaration(declaration) {
    this.#declaration = declaration;
    this.classList.add("field");
    if (declaration.name) this.dataset.parameter = declaration.name;
    this.replaceChildren(...this.build(declaration));
    this.value = declaration.default;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = value;
    this.show(value);
  }

  /** What the attributes declare. @returns {Parameter} */
  declared() {
    const text = (/** @type {string} */ name) => this.getAttribute(name) ?? "";
    return {
      kind: "float", name: text("name"), label: text("label"), help: text("help"),
      unit: text("unit"), group: "", rebuild: this.hasAttribute("rebuild"), default: text("value"),
    };
  }

  /** What stands in it. @param {Parameter} _declaration @returns {HTMLElement[]} */
  build(_declaration) {
    return [];
  }

  /** @param {Scalar} _value */
  show(_value) {}

  /** @param {"input" | "change"} type @param {Scalar} value */
  tell(type, value) {
    this.#value = value;
    this.dispatchEvent(new CustomEvent(type, { detail: value, bubbles: true }));
  }

  /**
   * Label, help, and what stands at their right.
   *
   * @param {Parameter} declaration
   * @param {HTMLElement} labelled  has a <label> if it has an id; described by the help in any case
   * @param {HTMLElement | string} right
   */
  heading({ label, help, rebuild }, labelled, right) {
    const name = labelled.id
      ? make("label", { for: labelled.id }, label)
      : make("span", { class: "label" }, label);
    const row = make("div", { class: "row" }, name);
    if (help) {
      const again = rebuild ? " Changing it starts the fluid again." : "";
      const tooltip = makeTooltip(label, help + again);
      row.append(tooltip);
      labelled.setAttribute("aria-describedby", tooltip.textId);
    }
    row.append(right);
    return row;
  }
}

/**
 * An inner input speaks to its control only, which tells the rest of the page.
 *
 * @param {HTMLElement} input
 * @param {"input" | "change"} type
 * @param {() => void} heard
 */
export function hear(input, type, heard) {
  input.addEventListener(type, (event) => {
    event.stopPropagation();
    heard();
  });
}
