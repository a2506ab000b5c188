// @ts-check
/**
 * A line drawing in the colour of the text beside it; what has none of its own gets a common one.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <svg-icon name="vortex"></svg-icon>
 *     <button><svg-icon name="boat"></svg-icon> Boat</button>
 */

import { makeSvg } from "../dom.js";

/** 24 by 24. @type {Record<string, string>} */
const PATHS = {
  stir: "M8 13V5.5a1.5 1.5 0 0 1 3 0V11l5.2 1.2A2.4 2.4 0 0 1 18 14.5V16a5 5 0 0 1-5 5h-1.2"
    + "a4 4 0 0 1-3.2-1.6L5 14.6a1.5 1.5 0 0 1 2.3-1.9L8 13.4"
    + "M4.5 8a5 5 0 0 1 1-4.6M14.5 8a5 5 0 0 0-1-4.6",
  vortex: "M19.7 9.9A8 8 0 0 0 5.9 6.9M9.3 5.9L5.9 6.9M6.2 3.3L5.9 6.9"
    + "M4.3 14.1A8 8 0 0 0 18.1 17.1M14.7 18.1L18.1 17.1M17.8 20.7L18.1 17.1"
    + "M12 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
  antivortex: "M4.3 9.9A8 8 0 0 1 18.1 6.9M14.7 5.9L18.1 6.9M17.8 3.3L18.1 6.9"
    + "M19.7 14.1A8 8 0 0 1 5.9 17.1M9.3 18.1L5.9 17.1M6.2 20.7L5.9 17.1"
    + "M12 10a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
  cool_here: "M12 3v18M4.2 7.5l15.6 9M4.2 16.5l15.6-9"
    + "M9.6 4.4L12 6.8l2.4-2.4M9.6 19.6L12 17.2l2.4 2.4"
    + "M3.9 11l3.3-.9-.9-3.3M20.1 13l-3.3.9.9 3.3M3.9 13l3.3.9-.9 3.3M20.1 11l-3.3-.9.9-3.3",
  boat: "M3 14h18l-2.6 5H5.6zM11 14V3.5L5.5 11H11M14 11h4.5L14 5.5z",
  no_boat: "M3 14h18l-2.6 5H5.6zM8 4l7 7M15 4l-7 7",
  probe: "M12 2.5v6M12 15.5v6M2.5 12h6M15.5 12h6M12 12v.01",
  code: "M8.5 7L3.5 12l5 5M15.5 7l5 5-5 5M13.5 5l-3 14",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  picture: "M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 6M15.5 9v.01",
  close: "M6 6l12 12M18 6L6 18",
  other: "M12 7.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2",
};

class Icon extends HTMLElement {
  static observedAttributes = ["name"];

  connectedCallback() {
    this.attributeChangedCallback();
  }

  attributeChangedCallback() {
    if (!this.isConnected) return;
    const name = this.getAttribute("name") ?? "";
    const path = makeSvg("path", { d: PATHS[Object.hasOwn(PATHS, name) ? name : "other"] });
    const drawing = makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, path);
    this.replaceChildren(drawing);
  }
}

customElements.define("svg-icon", Icon);
