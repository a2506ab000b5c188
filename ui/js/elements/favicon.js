// @ts-check
/**
 * The tab's icon, drawn in the page; `$color` in the drawing is the attribute, also when it changes.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <svg-favicon color="teal"><template><svg xmlns="http://www.w3.org/2000/svg"
 *       viewBox="0 0 10 10"><circle r="5" cx="5" cy="5" fill="$color"/></svg></template></svg-favicon>
 *
 * Without a <template>, shapes alone are drawn on a sheet of 10 by 10, as in pages written for
 * wispyobserver.
 */
import { make, makeSvg } from "../dom.js";
import { findPlaceholders } from "./fill.js";

class Favicon extends HTMLElement {
  static observedAttributes = ["color"];

  connectedCallback() {
    this.hidden = true;
    this.attributeChangedCallback();
  }

  attributeChangedCallback() {
    if (!this.isConnected) return;
    const template = this.querySelector("template");
    const content = /** @type {DocumentFragment} */ (
      template ? template.content.cloneNode(true) : drawingOf(this)
    );
    findPlaceholders(content)({ color: this.getAttribute("color") ?? "currentColor" });
    const drawing = content.querySelector("svg");
    if (!drawing) return;
    const text = new XMLSerializer().serializeToString(drawing);
    const link = document.head.querySelector("link[rel=icon]") ?? make("link", { rel: "icon" });
    link.setAttribute("type", "image/svg+xml");
    link.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(text)}`);
    document.head.append(link);
  }
}

/** The markup's shapes are elements of HTML until they stand in a drawing. @param {Element} element */
function drawingOf(element) {
  const fragment = new DocumentFragment();
  const given = element.querySelector("svg");
  fragment.append(given?.cloneNode(true)
    ?? makeSvg("svg", { viewBox: "0 0 10 10" }, ...[...element.children].map(asShape)));
  return fragment;
}

/** @param {Element} element @returns {SVGElement} */
function asShape({ localName, attributes, children }) {
  const given = Object.fromEntries([...attributes].map(({ name, value }) => [name, value]));
  return makeSvg(localName, given, ...[...children].map(asShape));
}

customElements.define("svg-favicon", Favicon);
