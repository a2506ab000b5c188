// @ts-check
/**
 * The drawer's contents, built from what the model declares. Others' changes move the controls,
 * except the one that a hand holds; a refused value goes back to the truth.
 */
import { make } from "./dom.js";
import "./elements/choice.js";
import "./elements/slider.js";
import "./elements/toggle.js";
import { makeLook } from "./look.js";

const EXPERT = "Expert";
/** Numbers have sliders. @type {Record<string, string>} */
const TAGS = { bool: "vortarium-toggle", choice: "vortarium-choice" };

/**
 * @typedef {import("./protocol.js").Scalar} Scalar
 * @typedef {import("./state.js").State} State
 *
 * @typedef {object} Callbacks
 * @property {(params: Record<string, Scalar>) => Promise<unknown>} set
 * @property {() => Promise<unknown>} restart
 * @property {(view: string) => void} view
 * @property {() => void} looked  the palette changed
 * @property {(text: string) => void} complain
 */

/**
 * @param {HTMLElement} panel
 * @param {State} state  welcomed
 * @param {Callbacks} callbacks
 * @returns {() => void}  show the state's values
 */
export function buildControls(panel, state, callbacks) {
  const { model } = state;
  if (!model) throw new Error("no model to control yet");
  const held = new Set();
  /** @type {Map<string, import("./elements/field.js").Field>} */
  const fields = new Map();
  const groups = new Map([["", section("", true)]]);

  function showAll() {
    for (const [name, field] of fields) if (!held.has(name)) field.value = state.params[name];
  }

  for (const parameter of model.parameters) {
    const { name, group } = parameter;
    const tell = newestOnly(name, callbacks, () => {
      held.delete(name);
      showAll();
    });
    const field = makeField(parameter);
    field.addEventListener("input", () => {
      held.add(name);
      if (!parameter.rebuild) tell(field.value, false);
    });
    field.addEventListener("change", () => tell(field.value, true));
    field.addEventListener("refused", (event) => {
      const { detail } = /** @type {CustomEvent<string>} */ (event);
      callbacks.complain(`${parameter.label}: “${detail}” is not a number`);
      field.value = state.params[name];
    });
    fields.set(name, field);
    if (!groups.has(group)) groups.set(group, section(group, group !== EXPERT));
    groups.get(group)?.append(field);
  }
  const expert = groups.get(EXPERT);
  groups.delete(EXPERT);
  const look = makeLook(state, callbacks);
  const shortcuts = presets(model, state, callbacks);
  panel.replaceChildren(
    ...(shortcuts ? [shortcuts] : []),
    ...[...groups.values()].filter((group) => group.childElementCount > 0),
    ...(look ? [look.element] : []),
    ...(expert ? [expert] : []),
  );
  return () => {
    showAll();
    look?.show();
  };
}

/** @param {import("./protocol.js").Parameter} parameter */
function makeField(parameter) {
  const tag = TAGS[parameter.kind] ?? "vortarium-slider";
  const field = /** @type {import("./elements/field.js").Field} */ (document.createElement(tag));
  field.declaration = parameter;
  return field;
}

/**
 * Sends one value at a time, and then only the newest: a fast hand never builds a queue.
 *
 * @param {string} name
 * @param {Callbacks} callbacks
 * @param {() => void} settled  the last value is in force, or was refused
 * @returns {(value: Scalar, last: boolean) => void}
 */
function newestOnly(name, { set, complain }, settled) {
  /** @type {Scalar | null} */
  let next = null;
  let sending = false;
  let released = true;

  async function send() {
    sending = true;
    while (next !== null) {
      const value = next;
      next = null;
      try {
        await set({ [name]: value });
      } catch (fault) {
        complain(/** @type {Error} */ (fault).message);
      }
    }
    sending = false;
    if (released) settled();
  }

  return (value, last) => {
    next = value;
    released = last;
    if (!sending) send();
  };
}

/** @param {string} title @param {boolean} open */
function section(title, open) {
  if (!title) return make("section");
  return make("details", { open }, make("summary", {}, title));
}

/**
 * @param {import("./protocol.js").Model} model
 * @param {State} state
 * @param {Callbacks} callbacks
 */
function presets(model, state, { set, restart, complain }) {
  const standard = Object.fromEntries(model.parameters.map((one) => [one.name, one.default]));
  if (model.parameters.length === 0) return null;
  const row = make("div", { class: "presets", role: "group", "aria-label": "Ready-made settings" });
  for (const { name, params } of [{ name: "Defaults", params: standard }, ...model.presets]) {
    const button = make("button", { class: "button", type: "button" }, name);
    button.addEventListener("click", async () => {
      // What is so already need not be set: some changes build the model again.
      const news = Object.entries(params).filter(([key, value]) => state.params[key] !== value);
      try {
        if (news.length > 0) await set(Object.fromEntries(news));
        // What was there before would make the name untrue.
        await restart();
      } catch (fault) {
        complain(/** @type {Error} */ (fault).message);
      }
    });
    row.append(button);
  }
  return row;
}
