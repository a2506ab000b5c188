// @ts-check
/**
 * A kiosk's page keeps its visitors in: no menu, selection, zoom, dragging, shortcut or link leads
 * out of the exhibit, and a mouse that rests is not seen. What the page cannot refuse, the window
 * does (app/window/kiosk_lock.py).
 */
import { locked } from "./credentials.js";
import { noteHand } from "./idle/hand.js";

const CURSOR_MS = 3000;
const LEFT = 0;
/** With Control in a field; everything else with Control, Alt or Meta is a shortcut. */
const EDITING = ["a", "c", "v", "x", "z"];
const BROWSER_KEYS = /^(F\d+|Browser.*|Launch.*|Media.*|ContextMenu|Print|PrintScreen|Help|Find|Open|Save|New|Close|Zoom.*)$/;
const FIELD = "input:not([type=range], [type=checkbox], [type=radio]), textarea";

/** Does nothing on any other page. */
export function lockPage() {
  if (locked() === null) return;
  document.documentElement.dataset.locked = "true";
  const refused = ["contextmenu", "dragstart", "dragenter", "dragover", "drop", "auxclick"];
  for (const name of refused) addEventListener(name, refuse, true);
  addEventListener("keydown", (event) => isShortcut(event) && refuse(event), true);
  addEventListener("wheel", (event) => event.ctrlKey && refuse(event), {
    capture: true, passive: false,
  });
  // The middle button pastes and scrolls, others go back and forward.
  for (const name of /** @type {const} */ (["mousedown", "mouseup"])) {
    addEventListener(name, (event) => event.button !== LEFT && refuse(event), true);
  }
  addEventListener("selectstart", (event) => inField(event) || refuse(event), true);
  addEventListener("click", (event) => leadsOut(event) && refuse(event), true);
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
  hideRestingCursor();
  noteHand();
}

/** From a page without a room, where no server asks whether somebody is there, back in time. */
export function returnHome() {
  const kiosk = locked();
  if (!kiosk?.returnS) return;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(kiosk.home), 1000 * kiosk.returnS);
  };
  for (const name of ["pointerdown", "keydown", "wheel"]) addEventListener(name, wait, true);
  wait();
}

/** @param {Event} event */
function refuse(event) {
  event.preventDefault();
}

/** @param {Event} event */
function inField(event) {
  const { target } = event;
  const element = target instanceof Element ? target : /** @type {Node | null} */ (target)?.parentElement;
  return element?.closest(FIELD) != null;
}

/** @param {KeyboardEvent} event */
function isShortcut(event) {
  if (BROWSER_KEYS.test(event.key)) return true;
  if (event.key === "Backspace") return !inField(event);
  if (!(event.ctrlKey || event.altKey || event.metaKey)) return false;
  if (event.getModifierState("AltGraph")) return false; // it writes letters
  return !(inField(event) && event.ctrlKey && EDITING.includes(event.key.toLowerCase()));
}

/** @param {MouseEvent} event */
function leadsOut(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement)) return false;
  return link.origin !== location.origin || link.hasAttribute("download") || link.target !== "";
}

function hideRestingCursor() {
  const { dataset } = document.documentElement;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const rest = () => (dataset.cursor = "resting");
  addEventListener("mousemove", () => {
    delete dataset.cursor;
    clearTimeout(timer);
    timer = setTimeout(rest, CURSOR_MS);
  });
  rest();
}
