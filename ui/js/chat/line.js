// @ts-check
/** One line of the chat, as text whatever it holds. */
import { make, setText } from "../dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/**
 * @param {import("../protocol.js").Line | string} line  only text: the exhibit's own
 * @param {number | undefined} me
 * @param {((visitor: number, muted: boolean) => void) | null} onMute  for an operator
 */
export function makeLine(line, me, onMute) {
  if (typeof line === "string") return make("p", { class: "chat-line told" }, line);
  const { from, name, colour, text, at, room } = line;
  const speaker = make("span", { class: "speaker" }, from === me ? "You" : name);
  speaker.style.setProperty("--visitor", colour);
  const head = make("span", { class: "chat-head" }, speaker);
  if (room === null) head.append(make("span", { class: "to-all" }, "to everybody"));
  head.append(make("time", { datetime: new Date(1000 * at).toISOString() }, CLOCK.format(1000 * at)));
  if (onMute && from !== me) {
    const button = make("button", { class: "button mute", type: "button", "data-name": name });
    labelMute(button, false);
    button.addEventListener("click", () => onMute(from, button.dataset.muted !== "true"));
    head.append(button);
  }
  // Each line in the direction of its own script.
  const words = make("span", { class: "words", dir: "auto" }, text);
  const kind = room === null ? "chat-line announcement" : "chat-line";
  return make("p", { class: kind, "data-from": String(from) }, head, words);
}

/**
 * What pressing it will do to the speaker.
 *
 * @param {HTMLElement} button
 * @param {boolean} muted  they are
 */
export function labelMute(button, muted) {
  const word = muted ? "Unmute" : "Mute";
  button.dataset.muted = String(muted);
  setText(button, word);
  button.setAttribute("aria-label", `${word} ${button.dataset.name}`);
}
