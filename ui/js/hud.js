// @ts-check
/** What stands around the fluid: title, visitors, colour bar, figures, buttons, connection. */
import { byId, canvasById, make, setText } from "./dom.js";
import { showGround } from "./look.js";
import { context2d } from "./render/canvas2d.js";
import { LEVELS, paletteBytes } from "./render/palette.js";
import { formatNumber } from "./scale.js";
import { shownKind, shownView } from "./state.js";
import { prettyUnit } from "./units.js";

const MAX_NAMED_VISITORS = 8;
const LEGEND_DIGITS = 3;
/** @type {Record<string, string>} */
const STATUS = { connecting: "Connecting …", reconnecting: "One moment, reconnecting …" };

/** @typedef {import("./state.js").State} State */

/** The buttons under the fluid. @param {(action: string) => void} act */
export function bindDock(act) {
  for (const button of document.querySelectorAll("[data-action]")) {
    const { dataset } = /** @type {HTMLElement} */ (button);
    button.addEventListener("click", () => act(dataset.action ?? ""));
  }
}

/** Everything that changes with a message. @param {State} state */
export function showState(state) {
  const root = document.documentElement;
  root.dataset.connected = String(state.status === "open");
  root.dataset.running = String(state.running);
  if (state.you) root.dataset.visitor = String(state.you.id);
  byId("start-pause").dataset.action = state.running ? "pause" : "start";
  setText(byId("start-pause-label"), state.running ? "Pause" : "Start");
  showStatus(state);
  showVisitors(state);
  if (!state.model) return;
  const { actions } = state.model;
  for (const button of document.querySelectorAll("[data-action]")) {
    const { dataset } = /** @type {HTMLElement} */ (button);
    button.toggleAttribute("hidden", !((dataset.action ?? "") in actions));
  }


  showTitle(state.model.title);
  setText(byId("summary"), state.model.summary);
  document.title = `${state.model.title} · Vortarium`;
}

/** As large as its longest word may be: none is broken. @param {string} title */
export function showTitle(title) {
  const heading = byId("name");
  if (heading.textContent === title) return;
  setText(heading, title);
  const sheet = context2d(make("canvas"));
  const { fontFamily, fontWeight } = getComputedStyle(heading);
  sheet.font = `${fontWeight} 100px ${fontFamily}`;
  const widths = title.split(/\s/).map((word) => sheet.measureText(word).width + word.length);
  heading.style.setProperty("--longest", String(Math.max(...widths) / 100));
}

/** @param {State} state */
function showStatus({ status, reason }) {
  const element = byId("status");
  element.hidden = ["open", "code needed", "queued", "closed", "left"].includes(status);
  setText(element, STATUS[status] ?? reason);
}

/** @param {State} state */
function showVisitors({ visitors, you }) {
  const list = [...visitors].sort((a, b) => Number(b.id === you?.id) - Number(a.id === you?.id));
  const items = list.slice(0, MAX_NAMED_VISITORS).map((visitor) => {
    const dot = make("span", { class: "dot" });
    dot.style.setProperty("--visitor", visitor.colour);
    const mine = visitor.id === you?.id;
    const name = make("span", { class: "visitor-name" }, visitor.name);
    const item = make("li", { "data-visitor": String(visitor.id) }, dot, name);
    if (mine) item.append(make("span", { class: "you" }, "you"));
    return item;
  });
  const more = list.length - items.length;
  if (more > 0) items.push(make("li", { class: "more" }, `and ${more} more`));
  byId("visitors").replaceChildren(...items);
}

/** The colour bar, for the newest picture. @param {State} state */
export function showLegend(state) {
  const view = shownView(state);
  const legend = byId("legend");
  legend.hidden = !view || !state.picture;
  if (!view || !state.picture) return;
  const { lo, hi } = state.picture.frame;
  setText(byId("legend-label"), view.label);
  setText(byId("legend-lo"), withUnit(lo, ""));
  setText(byId("legend-hi"), withUnit(hi, prettyUnit(view.unit)));
  const kind = shownKind(state);
  const wanted = `${state.palette} ${kind}`;
  if (legend.dataset.palette === wanted) return;
  legend.dataset.palette = wanted;
  const bytes = paletteBytes(state.palette, kind);
  const image = new ImageData(LEVELS, 1);
  image.data.set(bytes);
  context2d(canvasById("legend-bar")).putImageData(image, 0, 0);
  showGround(state.palette, kind);
}

/** @param {number} value @param {string} unit */
function withUnit(value, unit) {
  const quarters = (4 * value) / Math.PI;
  const isPi = Math.abs(Math.abs(quarters) - 4) < 0.01;
  const text = isPi ? "π" : formatNumber(Math.abs(value), LEGEND_DIGITS);
  return `${value < 0 ? "−" : ""}${text} ${unit}`.trim();
}

/**
 * The numbers in the corner.
 *
 * @param {State} state
 * @param {number} drawnPerSecond
 * @param {number | null} roundTrip  ms
 */
export function showFigures(state, drawnPerSecond, roundTrip) {
  const steps = state.channels.steps_per_s;
  const root = document.documentElement;
  root.dataset.fps = drawnPerSecond.toFixed(0);
  root.dataset.seq = String(state.picture?.frame.seq ?? "");
  setText(byId("figure-fps"), drawnPerSecond.toFixed(0));
  setText(byId("figure-steps"), typeof steps === "number" ? steps.toFixed(0) : "–");
  setText(byId("figure-rtt"), roundTrip === null ? "–" : roundTrip.toFixed(roundTrip < 10 ? 1 : 0));
  const counted = shownView(state)?.marks_vortices && state.picture;
  byId("vortices").hidden = !counted;
  if (counted) setText(byId("figure-vortices"), String(counted.frame.vortices.length));
}
