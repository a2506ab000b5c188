// @ts-check
/** Which colour is mine: told once on joining, and seen beside one's name from then on. */
import { byId, make } from "./dom.js";

const SHOWN_MS = 8000;
const GREY = 0.15;
/** Up to which hue, in degrees, a light colour is called so. @type {[number, string][]} */
const HUES = [
  [18, "red"], [40, "orange"], [62, "yellow"], [95, "lime green"], [155, "green"],
  [190, "turquoise"], [235, "blue"], [300, "violet"], [350, "pink"], [360, "red"],
];

/** What people call a colour. @param {string} colour  #rrggbb @returns {string} */
export function colourName(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [low, high] = [Math.min(r, g, b), Math.max(r, g, b)];
  const spread = high - low;
  if (spread < GREY) return "white";
  const sixth =
    high === r ? ((g - b) / spread + 6) % 6 : high === g ? (b - r) / spread + 2 : (r - g) / spread + 4;
  return HUES.find(([upTo]) => 60 * sixth <= upTo)?.[1] ?? "";
}

/** @returns {(you: import("./protocol.js").You) => void}  tell, if that is new to this page */
export function bindOwnColour() {
  let known = 0;

  return (you) => {
    document.documentElement.style.setProperty("--own", you.colour);
    const isNew = you.id !== known;
    known = you.id;
    if (!isNew || you.role !== "guest") return;
    document.querySelector(".own-colour")?.remove();
    const ring = make("span", { class: "own-ring" });
    const badge = make("p", { class: "own-colour", role: "status" }, ring, `You are ${colourName(you.colour)}`);
    byId("fluid").append(badge);
    setTimeout(() => badge.remove(), SHOWN_MS);
  };
}
