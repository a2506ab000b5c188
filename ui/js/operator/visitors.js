// @ts-check
/** A room's visitors, a line each. */
import { make, setText } from "../dom.js";
import { makeSureButton } from "./sure.js";

/**
 * @typedef {object} Visitor  of GET /api/operator
 * @property {number} id
 * @property {string} name
 * @property {string} colour
 * @property {string} role
 * @property {string} address
 * @property {number | null} round_trip_ms
 * @property {number} lines
 * @property {boolean} muted
 * @property {boolean} waiting
 */

/** @param {import("./rooms.js").Act} act */
export function makeVisitors(act) {
  const element = make("ul", { class: "visitors" });
  /** @type {Map<number, {element: HTMLElement, show: (visitor: Visitor) => void}>} */
  const lines = new Map();

  return {
    element,
    /** @param {Visitor[]} visitors */
    show(visitors) {
      for (const [id, line] of lines) {
        if (visitors.some((visitor) => visitor.id === id)) continue;
        line.element.remove();
        lines.delete(id);
      }
      for (const visitor of visitors) {
        const line = lines.get(visitor.id) ?? makeLine(visitor, act);
        if (!lines.has(visitor.id)) element.append(line.element);
        lines.set(visitor.id, line);
        line.show(visitor);
      }
    },
  };
}

/** @param {Visitor} visitor @param {import("./rooms.js").Act} act */
function makeLine({ id }, act) {
  const dot = make("i", { class: "dot" });
  const name = make("b");
  const about = make("span", { class: "quiet" });
  const mute = make("button", { class: "button", type: "button" });
  const kick = makeSureButton("Send away", () => act({ act: "kick", visitor: id }), "danger");
  let muted = false;
  mute.addEventListener("click", () => act({ act: "mute", visitor: id, muted: !muted }));

  return {
    element: make("li", { "data-visitor": String(id) }, dot, make("p", {}, name, about), mute, kick),
    /** @param {Visitor} visitor */
    show(visitor) {
      ({ muted } = visitor);
      dot.style.background = visitor.colour || "transparent";
      setText(name, visitor.name || "somebody new");
      setText(about, words(visitor));
      setText(mute, muted ? "Unmute" : "Mute");
      mute.setAttribute("aria-pressed", String(muted));
      kick.hidden = visitor.role !== "guest";
    },
  };
}

/** @param {Visitor} visitor */
function words({ role, waiting, address, round_trip_ms, lines }) {
  const parts = [waiting ? "waits in line" : role, address === "127.0.0.1" ? "here" : address];
  if (round_trip_ms !== null) parts.push(`${round_trip_ms.toFixed(0)} ms`);
  if (lines) parts.push(lines === 1 ? "1 line" : `${lines} lines`);
  return parts.join(" · ");
}
