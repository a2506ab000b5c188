// @ts-check
/** "Still there?": a number that runs down, over everything, and in nobody's way. */
import { make, setText } from "../dom.js";

const TICK_MS = 100;

/** @returns {{show: (leftS: number, atKiosk: boolean) => void, hide: () => void}} */
export function createCountdown() {
  const count = make("span", { class: "count", "aria-hidden": "true" });
  const text = make("p", { role: "status" });
  const box = make("div", { class: "countdown", popover: "manual", hidden: true }, count, text);
  document.body.append(box);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  function hide() {
    clearInterval(timer);
    if (!box.hidden) box.hidePopover?.();
    box.hidden = true;
  }

  return {
    hide,
    show(leftS, atKiosk) {
      hide();
      const end = performance.now() + 1000 * leftS;
      const tick = () => {
        const left = Math.max(0, end - performance.now()) / 1000;
        setText(count, String(Math.ceil(left)));
        count.style.setProperty("--left", String(leftS && left / leftS));
      };
      tick();
      timer = setInterval(tick, TICK_MS);
      box.dataset.at = atKiosk ? "kiosk" : "guest";
      box.hidden = false;
      box.showPopover?.(); // in front of a dialog, too
      text.replaceChildren(
        make("b", {}, "Still there?"),
        atKiosk ? "Touch the screen to go on" : "The exhibit restarts. Touch to go on.",
      );
    },
  };
}
