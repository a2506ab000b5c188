// @ts-check
/** The newest number, large; the line through the last ones; and all of them in a list. */
import { make, makeSvg, setText } from "../dom.js";
import { calmRange } from "../plots/axis.js";

const KEPT = 10;
const [WIDTH, HEIGHT] = [600, 210];
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 578, 14, 196];
const STRIDE = (RIGHT - LEFT - 10) / (KEPT - 1);
const SLIDE_MS = 240;
const DECIMALS = 3;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @returns {import("./choose.js").Exhibit} */
export function makeNumbers() {
  const newest = make("p", { class: "newest" }, "–");
  const list = make("ol", { class: "last-ten", "aria-label": "The last ten numbers" });
  const line = makeSparkline();
  const element = make("div", { class: "numbers" }, newest, line.element, list);

  return {
    element,
    channels: ["numbers"],
    /** @param {string} _name @param {number[]} numbers */
    show(_name, numbers) {
      const last = numbers.at(-1);
      setText(newest, last === undefined ? "–" : text(last));
      list.replaceChildren(...numbers.map((number) => make("li", {}, text(number))));
      line.draw(numbers);
    },
  };
}

/** @param {number} number */
const text = (number) => number.toFixed(DECIMALS);

function makeSparkline() {
  const ticks = makeSvg("g", { class: "ticks" });
  const area = makeSvg("path", { class: "area" });
  const path = makeSvg("path", { class: "line" });
  const dots = makeSvg("g", { class: "dots" });
  const moving = makeSvg("g", {}, area, path, dots);
  const element = makeSvg(
    "svg",
    { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    ticks, moving,
  );
  /** @type {import("../plots/axis.js").Range | null} */
  let range = null;

  /** @param {number[]} numbers */
  function draw(numbers) {
    if (numbers.length === 0) range = null;
    else range = calmRange(numbers, range);
    const { lo, hi, step } = range ?? { lo: 0, hi: 1, step: 1 };
    /** @param {number} value */
    const y = (value) => BOTTOM - ((value - lo) / (hi - lo)) * (BOTTOM - TOP);
    const points = numbers.map((value, i) => [
      RIGHT - 10 - (numbers.length - 1 - i) * STRIDE, y(value),
    ]);
    const track = points.map(([x, up]) => `${x.toFixed(1)} ${up.toFixed(1)}`).join("L");
    path.setAttribute("d", track && `M${track}`);
    const [first, last] = [points[0]?.[0], points.at(-1)?.[0]];
    area.setAttribute("d", track && `M${first} ${BOTTOM}L${track}L${last} ${BOTTOM}z`);
    dots.replaceChildren(
      ...points.map(([x, up], i) =>
        makeSvg("circle", { cx: `${x}`, cy: `${up}`, r: i === points.length - 1 ? "8" : "4" }),
      ),
    );
    const count = range ? Math.round((hi - lo) / step) + 1 : 0;
    ticks.replaceChildren(
      ...Array.from({ length: count }, (_, i) => lo + i * step).flatMap((at) => [
        makeSvg("path", { d: `M${LEFT} ${y(at)}H${RIGHT}` }),
        makeSvg("text", { x: `${LEFT - 10}`, y: `${y(at) + 5}` }, String(Number(at.toFixed(3)))),
      ]),
    );
    slide();
  }

  /** The newest comes from the right, the others give way. */
  function slide() {
    if (calm.matches) return;
    const from = { transform: `translateX(${STRIDE}px)` };
    moving.animate([from, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-out" });
  }

  return { element, draw };
}
