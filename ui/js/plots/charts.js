// @ts-check
/** Which charts a channel's value needs: told by its help text and by the value itself. */
import { ANTICLOCKWISE, CLOCKWISE } from "../render/colours.js";
import { prettyUnit } from "../units.js";
import { makeChart } from "./chart.js";

const COLOURS = ["#7cd7ea", "#ffc46b", "#c9b6ff", "#7ef0b2"];
/** Lines in the colours of what they count. @type {Record<string, string>} */
const COLOUR_OF = { anticlockwise: ANTICLOCKWISE, clockwise: CLOCKWISE };
/** The channels that rooms have whatever their model: figures, and a board of texts. */
export const OF_EVERY_ROOM = ["steps_per_s", "fps", "heartbeat", "notes"];
/** Those, what is drawn on the fluid or in its place, and a number that measures nothing. */
const SHOWN_ELSEWHERE = [...OF_EVERY_ROOM, "boat", "mood", "numbers", "seed"];

/**
 * @typedef {object} ChannelCharts
 * @property {import("./chart.js").Chart[]} charts
 * @property {(at: number, value: any) => void} add
 */

/** The channels worth a plot. @param {Record<string, string>} channels */
export function plotted(channels) {
  return Object.keys(channels).filter((name) => !SHOWN_ELSEWHERE.includes(name));
}

/**
 * @param {string} name
 * @param {string} help
 * @param {any} value  its first one
 * @returns {ChannelCharts | null}  null: there is nothing to plot in it
 */
export function chartsOf(name, help, value) {
  const words = wordsOf(name, help);
  if (typeof value === "number") {
    const chart = makeChart(name, words, [{ name, label: name, colour: COLOURS[0] }]);
    return { charts: [chart], add: (at, now) => chart.add(at, [numberOrNull(now)]) };
  }
  if (value === null || typeof value !== "object") return null;
  const hasPlace = "x" in value && "y" in value;
  const parts = Object.keys(value).filter((part) => !(hasPlace && ["x", "y"].includes(part)));
  if (parts.length === 0) return null;
  const lines = parts.map((part, i) => ({
    name: part, label: readable(part), colour: COLOUR_OF[part] ?? COLOURS[i % COLOURS.length],
  }));
  // What is read at a place is of different kinds: a chart for each. Parts of one kind share one.
  const groups = hasPlace ? lines.map((line) => [line]) : [lines];
  const charts = groups.map((group) => {
    const title = hasPlace ? `${words.title}: ${group[0].label}` : words.title;
    return makeChart(name, { ...words, title }, group);
  });
  return {
    charts,
    add(at, now) {
      charts.forEach((chart, i) => {
        chart.add(at, groups[i].map((line) => numberOrNull(now?.[line.name])));
      });
    },
  };
}

/** @param {string} name @param {string} help  `what it is, in units of ...` */
function wordsOf(name, help) {
  const [what, unit = ""] = help.split(/, in units of /);
  return { title: capital(readable(name)), unit: prettyUnit(unit), help: prettyUnit(what) };
}

/** @param {string} name */
const readable = (name) => name.replaceAll("_", " ");
/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** @param {unknown} value */
const numberOrNull = (value) => (typeof value === "number" ? value : null);
