// @ts-check
/** Digits to touch, where there is no keyboard. */
import { make } from "../dom.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "back"];
/** @type {Record<string, [string, string]>}  what stands on them, and what is read aloud */
const SIGNS = { clear: ["C", "Clear"], back: ["⌫", "Take back one digit"] };

/** @param {HTMLInputElement} field @returns {HTMLButtonElement[]} */
export function makePad(field) {
  return KEYS.map((key) => {
    const [sign, label] = SIGNS[key] ?? [key, key];
    const button = make("button", { class: "button", type: "button", "aria-label": label }, sign);
    button.addEventListener("click", () => {
      if (key === "clear") field.value = "";
      else if (key === "back") field.value = field.value.slice(0, -1);
      else field.value += key;
    });
    return button;
  });
}
