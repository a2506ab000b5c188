// @ts-check
/**
 * Help for what is in it (see help.js), or without a child a button `?`.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <vortarium-tooltip about="Cooling" text="How fast the fluid calms down."></vortarium-tooltip>
 *     <vortarium-tooltip text="Everybody sees it." more="Also by phone."><button>Restart</button>
 *     </vortarium-tooltip>
 *
 * `about` names the button `?`; a child keeps its own name. What `more` says is shown to whoever
 * clicks. The attribute of tooltip-attribute.js does the same for any element.
 */
import { make } from "../dom.js";
import { Help } from "./help.js";

class Tooltip extends HTMLElement {
  static observedAttributes = ["about", "more", "text"];

  /** @type {Help | null} */
  #help = null;
  /** @type {HTMLElement | null} */
  #button = null;

  /** What the text may be referred to by, as in aria-describedby. */
  get textId() {
    return this.#made().bubble.id;
  }

  connectedCallback() {
    this.#made();
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this.#help?.hide();
  }

  attributeChangedCallback() {
    this.#help?.say(this.getAttribute("text") ?? "", this.getAttribute("more") ?? "");
    this.#button?.setAttribute("aria-label", `What is ${this.getAttribute("about") || "this"}?`);
  }

  #made() {
    if (this.#help) return this.#help;
    let anchor = /** @type {HTMLElement | null} */ (this.firstElementChild);
    if (!anchor) {
      anchor = this.#button = make("button", { class: "help-button", type: "button" }, "?");
      this.append(anchor);
    }
    this.#help = new Help(this, anchor);
    this.append(this.#help.bubble);
    return this.#help;
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
