// @ts-check
/** A button that asks back once: the second press, a moment later, is meant. */
import { make, setText } from "../dom.js";

const ASK_MS = 4000;
/** A finger that bounces has not answered. */
const TOO_SOON_MS = 350;

/**
 * @param {string} label
 * @param {() => unknown} act
 * @param {string} [look]  a class of buttons
 * @returns {HTMLButtonElement}
 */
export function makeSureButton(label, act, look = "") {
  const button = make("button", { class: `button ${look}`.trim(), type: "button" }, label);
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];

  function calm() {
    timers.forEach(clearTimeout);
    delete button.dataset.asking;
    setText(button, label);
  }

  button.addEventListener("click", () => {
    if (button.dataset.asking === undefined) {
      button.dataset.asking = "too soon";
      setText(button, `${label}: sure?`);
      timers = [
        setTimeout(() => (button.dataset.asking = "ready"), TOO_SOON_MS),
        setTimeout(calm, ASK_MS),
      ];
    } else if (button.dataset.asking === "ready") {
      calm();
      act();
    }
  });
  return button;
}
