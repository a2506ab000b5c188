// @ts-check
/**
 * What this page knows of the chat: the rooms it is in, their lines, what it has not read.
 *
 * @typedef {import("../protocol.js").Line} Line
 * @typedef {{lines: (Line | string)[], unread: number, muted: boolean}} Room
 *   a line that is only text is the exhibit's own
 */
import { tab } from "../memory.js";

const MAX_LINES = 200;
const KEPT_LINES = 100; // many go at once, for then the log is drawn again
const REMEMBERED = "vortarium.chat";

/** The rooms that this tab has joined beside its stage's, for when it comes back. @returns {string[]} */
export function rememberedRooms() {
  try {
    const names = JSON.parse(tab.recall(REMEMBERED) ?? "[]");
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return []; // somebody else wrote there
  }
}

export class Rooms {
  constructor() {
    /** @type {Map<string, Room>} the stage's first */
    this.all = new Map();
    this.shown = "";
    this.youMuted = false;
    /** How many lines this visitor has said. */
    this.said = 0;
  }

  /** @returns {number} */
  get unread() {
    return [...this.all.values()].reduce((sum, { unread }) => sum + unread, 0);
  }

  /** The server's `rooms`. @param {Record<string, any>} message */
  list({ names, muted, you_muted: youMuted }) {
    const before = this.all;
    this.all = new Map();
    for (const name of /** @type {string[]} */ (names)) {
      const room = before.get(name) ?? { lines: [], unread: 0, muted: false };
      this.all.set(name, { ...room, muted: muted.includes(name) });
    }
    this.youMuted = youMuted;
    if (!this.all.has(this.shown)) this.shown = names[0];
    tab.keep(REMEMBERED, JSON.stringify(names.slice(1)));
  }

  /** The server's `lines`: what was said before. @param {Record<string, any>} message */
  recall({ room, lines }) {
    const found = this.all.get(room);
    if (found) found.lines = lines;
  }

  /** Somebody said something, to one room or to all. @param {any} line @param {number} [me] */
  add(line, me) {
    if (line.from === me) this.said = line.count;
    const rooms = line.room === null ? [...this.all.keys()] : [line.room];
    for (const name of rooms) this.put(name, line, line.from !== me);
  }

  /** @param {string} name @param {Line | string} line @param {boolean} news */
  put(name, line, news) {
    const room = this.all.get(name);
    if (!room) return;
    const kept = room.lines.length < MAX_LINES ? room.lines : room.lines.slice(-KEPT_LINES);
    room.lines = [...kept, line];
    if (news) room.unread += 1;
  }

  /** @param {string} name */
  read(name) {
    const room = this.all.get(name);
    if (room) room.unread = 0;
  }
}
