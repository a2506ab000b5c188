// @ts-check
/**
 * Help that opens on hover, on keyboard focus and by a tap, and is read out with what it is about.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <vortarium-tooltip about="Cooling" text="How fast the fluid calms down."></vortarium-tooltip>
 *     <vortarium-tooltip text="Everybody sees it."><button>Restart</button></vortarium-tooltip>
 *
 * Without a child it is a button `?`. Escape closes the help and nothing else, as does a touch
 * elsewhere; a click keeps it open. It lies over everything and never leaves the screen.
 */
import { freshId, make, setText } from "../dom.js";

const GAP = 6;
const EDGE = 8;

/** The one that is open. @type {Tooltip | null} */
let shown = null;

class Tooltip extends HTMLElement {
  static observedAttributes = ["about", "text"];

  #bubble = make("span", {
    class: "tooltip", id: freshId("tooltip"), role: "tooltip", popover: "manual", hidden: true,
  });
  /** @type {HTMLElement | null} */
  #anchor = null;
  #pinned = false;
  #open = new AbortController();

  constructor() {
    super();
    this.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") this.#show();
    });
    this.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this.#pinned) this.#hide();
    });
    this.addEventListener("focusin", () => {
      if (this.#anchor?.matches(":focus-visible")) this.#show();
    });
    this.addEventListener("focusout", () => this.#hide());
    this.addEventListener("click", (event) => {
      // By keyboard it is open already, and stays so.
      if (this.#pinned && event.detail > 0) this.#hide();
      else this.#show(true);
    });
  }

  /** What the text may be referred to by, as in aria-describedby. */
  get textId() {
    return this.#bubble.id;
  }

  connectedCallback() {
    if (!this.#anchor) {
      this.#anchor = /** @type {HTMLElement | null} */ (this.firstElementChild);
      if (!this.#anchor) {
        this.#anchor = make("button", { class: "help-button", type: "button" }, "?");
        this.append(this.#anchor);
      }
      this.#anchor.setAttribute("aria-describedby", this.#bubble.id);
      this.append(this.#bubble);
    }
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this.#hide();
  }

  attributeChangedCallback() {
    setText(this.#bubble, this.getAttribute("text") ?? "");
    const about = this.getAttribute("about");
    if (about) this.#anchor?.setAttribute("aria-label", `What is ${about}?`);
  }

  #show(pinned = false) {
    this.#pinned ||= pinned;
    if (shown === this) return;
    shown?.#hide();
    shown = this;
    this.#bubble.hidden = false;
    this.#bubble.showPopover?.();
    this.#place();
    this.#open = new AbortController();
    const { signal } = this.#open;
    const everywhere = { signal, capture: true };
    document.addEventListener("keydown", (event) => this.#escape(event), everywhere);
    document.addEventListener("pointerdown", (event) => {
      if (!event.composedPath().includes(this)) this.#hide();
    }, everywhere);
    document.addEventListener("scroll", () => this.#place(), { ...everywhere, passive: true });
    window.addEventListener("resize", () => this.#place(), { signal });
  }

  #hide() {
    this.#pinned = false;
    if (shown !== this) return;
    shown = null;
    this.#open.abort();
    if (this.#bubble.isConnected) this.#bubble.hidePopover?.();
    this.#bubble.hidden = true;
  }

  /** Not the drawer or sheet that it lies over. @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#hide();
  }

  /** Above what it is about, or below where there is more room; within the screen in any case. */
  #place() {
    if (!this.#anchor) return;
    const about = this.#anchor.getBoundingClientRect();
    const { width, height } = this.#bubble.getBoundingClientRect();
    const above = about.top - GAP - height;
    const fits = above >= EDGE || about.top > innerHeight - about.bottom;
    const inside = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ room) =>
      `${Math.max(EDGE, Math.min(at, room - size - EDGE))}px`;
    this.#bubble.style.left = inside(about.left + (about.width - width) / 2, width, innerWidth);
    this.#bubble.style.top = inside(fits ? above : about.bottom + GAP, height, innerHeight);
  }
}

customElements.define("vortarium-tooltip", Tooltip);

/** @param {string} about @param {string} text */
export function makeTooltip(about, text) {
  const tooltip = /** @type {Tooltip} */ (document.createElement("vortarium-tooltip"));
  tooltip.setAttribute("about", about);
  tooltip.setAttribute("text", text);
  return tooltip;
}
