// @ts-check
/** One card for each room that runs. They stay while the room does, so that a press hits. */
import { locked } from "../credentials.js";
import { make, setText } from "../dom.js";
import { fetchModels, modelUrl, thumbnailUrl } from "../urls.js";
import { makeSureButton } from "./sure.js";
import { makeVisitors } from "./visitors.js";

/**
 * @typedef {object} Room  of GET /api/operator
 * @property {string} name
 * @property {string} model
 * @property {boolean} locked
 * @property {boolean} muted
 * @property {number} fps
 * @property {number} steps_per_s
 * @property {number} sim_time
 * @property {number} restarts
 * @property {import("./visitors.js").Visitor[]} visitors
 *
 * @typedef {(request: Record<string, unknown>) => Promise<boolean>} Act
 */

/** @type {[string, (room: Room) => string][]} */
const FIGURES = [
  ["visitors", (room) => String(room.visitors.length)],
  ["frames/s", (room) => room.fps.toFixed(0)],
  ["steps/s", (room) => room.steps_per_s.toFixed(0)],
  ["simulated time", (room) => room.sim_time.toFixed(0)],
  ["restarts", (room) => String(room.restarts)],
];

/** @param {HTMLElement} place @param {Act} act @param {() => void} visit  before going to a room */
export function makeRooms(place, act, visit) {
  /** @type {Map<string, {element: HTMLElement, show: (room: Room) => void}>} */
  const cards = new Map();
  /** @type {Promise<Map<string, string>>} */
  const titles = fetchModels().then(
    (models) => new Map(models.map(({ name, title }) => [name, title])),
    () => new Map(),
  );

  return {
    /** @param {Room[]} rooms */
    show(rooms) {
      for (const [name, card] of cards) {
        if (rooms.some((room) => room.name === name)) continue;
        card.element.remove();
        cards.delete(name);
      }
      for (const room of rooms) {
        const card = cards.get(room.name) ?? makeCard(room, act, visit, titles);
        if (!cards.has(room.name)) place.append(card.element);
        cards.set(room.name, card);
        card.show(room);
      }
    },
  };
}

/**
 * @param {Room} room
 * @param {Act} act
 * @param {() => void} visit
 * @param {Promise<Map<string, string>>} titles
 */
function makeCard({ name, model }, act, visit, titles) {
  const heading = make("h2", {}, name);
  titles.then((known) => {
    const title = known.get(model) ?? model;
    setText(heading, name === model ? title : `${name} (${title})`);
  });
  const still = make("img", { src: thumbnailUrl(model), alt: "", loading: "lazy" });
  const values = FIGURES.map(() => make("dd"));
  const figures = make(
    "dl",
    { class: "numbers" },
    ...FIGURES.map(([label], index) => make("div", {}, make("dt", {}, label), values[index])),
  );
  const lock = make("button", { class: "button", type: "button" });
  const mute = make("button", { class: "button", type: "button" });
  const there = `${modelUrl(model)}?room=${encodeURIComponent(name)}`;
  const join = make("a", { class: "button", href: there }, "Go there");
  join.hidden = locked() !== null; // a screen in the hall would stay an operator's
  join.addEventListener("click", visit);
  const acts = make(
    "div",
    { class: "acts" },
    join,
    lock,
    mute,
    makeSureButton("Start again", () => act({ act: "restart", room: name })),
    makeSureButton("Close", () => act({ act: "close", room: name }), "danger"),
  );
  const visitors = makeVisitors(act);
  let now = { locked: false, muted: false };
  lock.addEventListener("click", () => act({ act: "lock", room: name, locked: !now.locked }));
  mute.addEventListener("click", () => act({ act: "mute_room", room: name, muted: !now.muted }));
  const head = make("header", {}, still, make("div", {}, heading, figures));

  return {
    element: make("article", { "data-room": name }, head, acts, visitors.element),
    /** @param {Room} room */
    show(room) {
      now = room;
      for (const [index, [, value]] of FIGURES.entries()) setText(values[index], value(room));
      setText(lock, room.locked ? "Unlock controls" : "Lock controls");
      lock.setAttribute("aria-pressed", String(room.locked));
      setText(mute, room.muted ? "Unmute chat" : "Mute chat");
      mute.setAttribute("aria-pressed", String(room.muted));
      visitors.show(room.visitors);
    },
  };
}
