// @ts-check
/**
 * The bubble with a few words of help, for whatever it is about: it opens on hover, on keyboard
 * focus and by a tap, and is read out with it. Escape closes the help and nothing else, as does a
 * touch elsewhere; a click keeps it open, with more if there is more to say. It lies over
 * everything and never leaves the screen.
 */
import { freshId, make, setText } from "../dom.js";

const GAP = 6;
const EDGE = 8;

/** The one that is open. @type {Help | null} */
let shown = null;

export class Help {
  #text = make("span");
  #more = make("span", { class: "tooltip-more", hidden: true });
  #pinned = false;
  #open = new AbortController();
  #bound = new AbortController();
  #host;
  #anchor;

  /** What stands on the screen when it is open; it belongs near the host, in the same dialog. */
  bubble = make(
    "span",
    { class: "tooltip", id: freshId("tooltip"), role: "tooltip", popover: "manual", hidden: true },
    this.#text, this.#more,
  );

  /** @param {HTMLElement} host  listens @param {HTMLElement} anchor  is described; may be the host */
  constructor(host, anchor) {
    this.#host = host;
    this.#anchor = anchor;
    describe(anchor, [...described(anchor), this.bubble.id]);
    const { signal } = this.#bound;
    host.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.#show();
    }, { signal });
    host.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this.#pinned) this.hide();
    }, { signal });
    host.addEventListener("focusin", () => {
      if (anchor.matches(":focus-visible")) this.#show();
    }, { signal });
    host.addEventListener("focusout", () => this.hide(), { signal });
    host.addEventListener("click", (event) => {
      // By keyboard it is open already, and stays so.
      if (this.#pinned && event.detail > 0) this.hide();
      else this.#show(true);
    }, { signal });
  }

  /** @param {string} text @param {string} [more]  read on by whoever keeps it open */
  say(text, more = "") {
    setText(this.#text, text);
    setText(this.#more, more);
  }

  /** Be there no more. */
  end() {
    this.hide();
    this.#bound.abort();
    this.bubble.remove();
    describe(this.#anchor, described(this.#anchor).filter((id) => id !== this.bubble.id));
  }

  #show(pinned = false) {
    this.#pinned ||= pinned;
    this.#more.hidden = !(this.#pinned && this.#more.textContent);
    if (shown === this) {
      this.#place();
      return;
    }
    shown?.hide();
    shown = this;
    this.bubble.hidden = false;
    this.bubble.showPopover?.();
    this.#place();
    this.#open = new AbortController();
    const { signal } = this.#open;
    const everywhere = { signal, capture: true };
    document.addEventListener("keydown", (event) => this.#escape(event), everywhere);
    document.addEventListener("pointerdown", (event) => {
      const touched = event.composedPath();
      if (!touched.includes(this.#host) && !touched.includes(this.bubble)) this.hide();
    }, everywhere);
    document.addEventListener("scroll", () => this.#place(), { ...everywhere, passive: true });
    window.addEventListener("resize", () => this.#place(), { signal });
  }

  hide() {
    this.#pinned = false;
    if (shown !== this) return;
    shown = null;
    this.#open.abort();
    if (this.bubble.isConnected) this.bubble.hidePopover?.();
    this.bubble.hidden = true;
  }

  /** Not the drawer or sheet that it lies over. @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.hide();
  }

  /** Above what it is about, or below where there is more room; within the screen in any case. */
  #place() {
    const about = this.#anchor.getBoundingClientRect();
    const { width, height } = this.bubble.getBoundingClientRect();
    const above = about.top - GAP - height;
    const fits = above >= EDGE || about.top > innerHeight - about.bottom;
    const inside = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ room) =>
      `${Math.max(EDGE, Math.min(at, room - size - EDGE))}px`;
    this.bubble.style.left = inside(about.left + (about.width - width) / 2, width, innerWidth);
    this.bubble.style.top = inside(fits ? above : about.bottom + GAP, height, innerHeight);
  }
}

/** The ids of all that describes an element. @param {Element} element */
function described(element) {
  return (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
}

/** @param {Element} element @param {string[]} ids */
function describe(element, ids) {
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
}
