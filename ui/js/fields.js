// @ts-check
/**
 * One control for one declared parameter.
 *
 * @typedef {import("./protocol.js").Parameter} Parameter
 * @typedef {import("./protocol.js").Scalar} Scalar
 *
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {(value: Scalar) => void} show
 *
 * @typedef {object} Listener
 * @property {(value: Scalar) => void} moving  while the hand is still on it
 * @property {(value: Scalar) => void} chosen
 * @property {(text: string) => void} refused  what was typed is no number
 */
import { freshId, make, makeHelp } from "./dom.js";
import { formatNumber, scaleOf } from "./scale.js";
import { prettyUnit } from "./units.js";

/** @param {Parameter} parameter @param {Listener} listener @returns {Field} */
export function makeField(parameter, listener) {
  if (parameter.kind === "bool") return makeToggle(parameter, listener);
  if (parameter.kind === "choice") return makeChoice(parameter, listener);
  return makeNumber(parameter, listener);
}

/** @param {Parameter} parameter @param {Listener} listener @returns {Field} */
function makeNumber(parameter, { moving, chosen, refused }) {
  const scale = scaleOf(parameter);
  const slider = make("input", {
    type: "range",
    id: freshId("slider"),
    min: String(scale.min),
    max: String(scale.max),
    step: String(scale.step),
  });
  const entry = make("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `${parameter.label}, typed`,
  });
  const unit = prettyUnit(parameter.unit);
  const typed = make("span", { class: "entry" }, entry, make("span", { class: "unit" }, unit));
  const { row, help } = heading(parameter, slider.id, typed);

  /** @param {number} value @param {boolean} slide */
  function show(value, slide) {
    if (slide) slider.value = String(scale.toPosition(value));
    const share = (Number(slider.value) - scale.min) / (scale.max - scale.min || 1);
    slider.style.setProperty("--share", String(share));
    entry.value = formatNumber(value);
    slider.setAttribute("aria-valuetext", `${entry.value} ${unit}`.trim());
  }

  const sliderValue = () => scale.toValue(Number(slider.value));
  slider.addEventListener("input", () => {
    show(sliderValue(), false);
    moving(sliderValue());
  });
  slider.addEventListener("change", () => chosen(sliderValue()));
  entry.addEventListener("focus", () => entry.select());
  entry.addEventListener("keydown", (event) => {
    if (event.key === "Enter") entry.blur();
  });
  entry.addEventListener("change", () => {
    // A comma is the decimal sign of half the world.
    const text = entry.value.trim().replace(",", ".");
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) refused(entry.value);
    else chosen(value);
  });
  return {
    element: make("div", { class: "field", "data-parameter": parameter.name }, row, slider, help),
    show: (value) => show(Number(value), true),
  };
}

/** @param {Parameter} parameter @param {Listener} listener @returns {Field} */
function makeToggle(parameter, { chosen }) {
  const input = make("input", { type: "checkbox", role: "switch", id: freshId("toggle") });
  input.addEventListener("change", () => chosen(input.checked));
  const { row, help } = heading(parameter, input.id, input);
  return {
    element: make("div", { class: "field", "data-parameter": parameter.name }, row, help),
    show(value) {
      input.checked = value === true;
    },
  };
}

/** @param {Parameter} parameter @param {Listener} listener @returns {Field} */
function makeChoice(parameter, { chosen }) {
  const options = (parameter.options ?? []).map((name) => ({ name, label: name }));
  const chips = makeChips(parameter.label, options, chosen);
  const { row, help } = heading(parameter, "", "");
  return {
    element: make(
      "div", { class: "field", "data-parameter": parameter.name }, row, chips.element, help,
    ),
    show: (value) => chips.show(String(value)),
  };
}

/**
 * A few words of which one is chosen.
 *
 * @param {string} label
 * @param {{name: string, label: string}[]} options
 * @param {(name: string) => void} chosen
 */
export function makeChips(label, options, chosen) {
  const group = freshId("choice");
  const element = make("div", { class: "chips", role: "radiogroup", "aria-label": label });
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  for (const option of options) {
    const input = make("input", { type: "radio", name: group, value: option.name });
    input.addEventListener("change", () => chosen(option.name));
    inputs.set(option.name, input);
    element.append(make("label", { class: "chip" }, input, make("span", {}, option.label)));
  }
  return {
    element,
    /** @param {string} name */
    show(name) {
      const input = inputs.get(name);
      if (input) input.checked = true;
    },
  };
}

/**
 * Label, what stands at its right, and help.
 *
 * @param {Parameter} parameter
 * @param {string} labels  the id of the labelled input; "" for none
 * @param {HTMLElement | string} right
 */
function heading(parameter, labels, right) {
  const { button, text } = makeHelp(parameter.label, parameter.help);
  const label = labels
    ? make("label", { for: labels }, parameter.label)
    : make("span", { class: "label" }, parameter.label);
  if (parameter.rebuild) text.append(" Changing it starts the fluid anew.");
  return { row: make("div", { class: "row" }, label, button, right), help: text };
}
