// @ts-check
/** The plots: they listen while they are open, and forget everything when they are closed. */
import { byId, make } from "../dom.js";
import { chartsOf, plotted } from "./charts.js";

const REDRAW_MS = 100; // as often as values come

/**
 * @typedef {object} Plots
 * @property {(open: boolean) => void} show
 * @property {() => void} begin  again, for a model that has just been declared
 * @property {(name: string, value: any) => void} add
 */

/**
 * @param {HTMLElement} panel
 * @param {import("../state.js").State} state
 * @param {(names: string[]) => void} want  these channels from now on
 * @returns {Plots}
 */
export function makePlots(panel, state, want) {
  /** @type {Map<string, import("./charts.js").ChannelCharts | null>} */
  const charts = new Map();
  /** @type {Map<string, HTMLElement>} each channel's place, in the order of their declaration */
  const places = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let redrawing;

  const channels = () => state.model?.channels ?? {};

  /** @param {boolean} open */
  function show(open) {
    clearInterval(redrawing);
    charts.clear();
    places.clear();
    const names = open ? plotted(channels()) : [];
    for (const name of names) places.set(name, make("div"));
    panel.replaceChildren(...places.values());
    want(names);
    redrawing = open ? setInterval(draw, REDRAW_MS) : undefined;
    if (open && names.length === 0) panel.append(make("p", {}, "Nothing is measured here."));
  }

  function draw() {
    const now = performance.now();
    for (const one of charts.values()) {
      for (const chart of one?.charts ?? []) chart.draw(now);
    }
  }

  return {
    show,
    begin() {
      byId("open-plots").hidden = plotted(channels()).length === 0;
      show(redrawing !== undefined);
    },
    add(name, value) {
      const place = places.get(name);
      if (!place) return;
      if (!charts.get(name)) {
        const made = chartsOf(name, channels()[name], value);
        charts.set(name, made);
        if (made) place.append(...made.charts.map(({ element }) => element));
      }
      charts.get(name)?.add(performance.now(), value);
    },
  };
}
