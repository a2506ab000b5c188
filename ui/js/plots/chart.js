// @ts-check
/** One small line chart of the last half minute, with its title and present values. */
import { make, setText } from "../dom.js";
import { context2d } from "../render/canvas2d.js";
import { calmRange } from "./axis.js";
import { Series, WINDOW_MS } from "./series.js";

const MARK_EVERY_MS = 10_000;
const DIGITS = 3;
const FONT_REM = 0.8;
const LINE_REM = 0.12;
const THIN_REM = 0.05;
const GRID = "rgb(150 190 230 / 0.16)";
const QUIET = "#a5b8ca";

/**
 * @typedef {{name: string, label: string, colour: string}} Line
 *
 * @typedef {object} Chart
 * @property {HTMLElement} element
 * @property {(at: number, values: (number | null)[]) => void} add  ms; one for each line
 * @property {(now: number) => void} draw
 */

/**
 * @param {string} name  the channel
 * @param {{title: string, unit: string, help: string}} words
 * @param {Line[]} lines
 * @returns {Chart}
 */
export function makeChart(name, { title, unit, help }, lines) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const context = context2d(canvas);
  const series = lines.map(() => new Series());
  const shown = lines.map(() => make("span", { class: "plot-value" }, "–"));
  const legend = make("div", { class: "plot-legend" });
  lines.forEach((line, i) => {
    const entry = make("span", { class: "plot-line" });
    entry.style.setProperty("--line-colour", line.colour);
    if (lines.length > 1) entry.append(make("span", { class: "plot-label" }, line.label));
    entry.append(shown[i]);
    legend.append(entry);
  });
  legend.append(make("span", { class: "unit" }, unit));
  const heading = make("figcaption", {}, make("span", { class: "plot-title" }, title), legend);
  const attributes = { class: "plot", "data-channel": name, title: help };
  const element = make("figure", attributes, heading, canvas);
  /** @type {import("./axis.js").Range | null} */
  let range = null;

  /** @param {number} now */
  function draw(now) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const { width, height } = fit(canvas);
    const ratio = devicePixelRatio;
    const font = FONT_REM * rem * ratio;
    const values = series.flatMap(({ points }) =>
      points.flatMap(({ value }) => (value === null ? [] : [value])),
    );
    context.clearRect(0, 0, width, height);
    context.font = `${font}px Inter, system-ui, "Noto Sans", sans-serif`;
    context.lineWidth = THIN_REM * rem * ratio;
    if (values.length === 0) return;
    range = calmRange(values, range);
    const { lo, hi, step } = range;
    const ticks = Array.from({ length: Math.round((hi - lo) / step) + 1 }, (_, i) => lo + i * step);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const texts = ticks.map((tick) => tickText(tick, decimals));
    const widest = Math.max(...texts.map((text) => context.measureText(text).width));
    const top = 0.6 * font;
    const left = widest + 0.7 * font;
    const right = width - 0.4 * font;
    const bottom = height - 1.5 * font;
    /** @param {number} at */
    const x = (at) => right - ((now - at) / WINDOW_MS) * (right - left);
    /** @param {number} value */
    const y = (value) => bottom - ((value - lo) / (hi - lo)) * (bottom - top);

    context.fillStyle = QUIET;
    context.strokeStyle = GRID;
    context.beginPath();
    context.textAlign = "right";
    context.textBaseline = "middle";
    ticks.forEach((tick, i) => {
      context.moveTo(left, y(tick));
      context.lineTo(right, y(tick));
      context.fillText(texts[i], left - 0.5 * font, y(tick));
    });
    context.textBaseline = "bottom";
    for (let ago = 0; ago <= WINDOW_MS; ago += MARK_EVERY_MS) {
      const at = x(now - ago);
      context.moveTo(at, top);
      context.lineTo(at, bottom);
      context.textAlign = ago === 0 ? "right" : ago === WINDOW_MS ? "left" : "center";
      context.fillText(ago ? `${ago / 1000} s ago` : "now", at, height);
    }
    context.stroke();

    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, height);
    context.clip();
    context.lineWidth = LINE_REM * rem * ratio;
    context.lineJoin = "round";
    series.forEach(({ points, newest }, i) => {
      context.strokeStyle = lines[i].colour;
      context.beginPath();
      let pen = false;
      for (const { at, value } of [...points, { at: now, value: newest }]) {
        if (value === null) pen = false;
        else if (pen) context.lineTo(x(at), y(value));
        else {
          context.moveTo(x(at), y(value));
          pen = true;
        }
      }
      context.stroke();
    });
    context.restore();
  }

  return {
    element,
    add(at, values) {
      values.forEach((value, i) => {
        series[i].add(at, value);
        setText(shown[i], value === null ? "–" : valueText(value));
      });
    },
    draw,
  };
}

/** As many pixels as it has on the screen. @param {HTMLCanvasElement} canvas */
function fit(canvas) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return canvas;
}

/** @param {number} value */
function valueText(value) {
  if (Number.isInteger(value)) return String(value).replace("-", "−");
  const large = Math.abs(value) >= 10 ** DIGITS;
  return (large ? value.toFixed(0) : value.toPrecision(DIGITS)).replace("-", "−");
}

/** @param {number} value @param {number} decimals  those of the step */
function tickText(value, decimals) {
  const far = Math.abs(value) >= 1e5 || decimals > 4;
  const text = far ? value.toPrecision(DIGITS) : value.toFixed(decimals);
  return text.replace(/^-(?=.*[1-9])/, "−");
}
