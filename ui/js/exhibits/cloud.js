// @ts-check
/** A cloud whose face, colours and weather follow its mood; the drawing is ui/pictures/cloud.svg. */
import { make, setText } from "../dom.js";
import { url } from "../urls.js";

const DRAWING = "ui/pictures/cloud.svg";
const LONG_CHARS = 48;

/** @returns {import("./choose.js").Exhibit} */
export function makeCloud() {
  const sky = make("div", { class: "sky" });
  const caption = make("p", { class: "caption", role: "status" });
  const element = make("div", { class: "mood" }, sky, caption);
  const drawn = draw(sky);

  return {
    element,
    channels: ["mood"],
    show(_name, { mood, caption: text }) {
      element.dataset.mood = mood;
      element.dataset.long = String(text.length > LONG_CHARS);
      setText(caption, text);
      drawn.then((svg) => svg?.setAttribute("aria-label", `A cloud in a mood: ${mood}`));
    },
    set({ wind }) {
      element.style.setProperty("--wind", String(wind));
      element.dataset.still = String(wind === 0);
    },
  };
}

/** @param {HTMLElement} sky @returns {Promise<Element | null>} */
async function draw(sky) {
  const answer = await fetch(url(DRAWING));
  if (!answer.ok) return null;
  const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  const svg = document.adoptNode(drawing.documentElement);
  sky.append(svg);
  return svg;
}
