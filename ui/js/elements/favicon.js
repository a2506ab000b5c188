// @ts-check
/**
 * The tab's icon, drawn in the page; `$color` in the drawing is the attribute, also when it changes.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <svg-favicon color="teal"><template><svg xmlns="http://www.w3.org/2000/svg"
 *       viewBox="0 0 10 10"><circle r="5" cx="5" cy="5" fill="$color"/></svg></template></svg-favicon>
 */
import { make } from "../dom.js";
import { findPlaceholders } from "./fill.js";

class Favicon extends HTMLElement {
  static observedAttributes = ["color"];

  connectedCallback() {
    this.hidden = true;
    this.attributeChangedCallback();
  }

  attributeChangedCallback() {
    const template = this.querySelector("template");
    if (!this.isConnected || !template) return;
    const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
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

customElements.define("svg-favicon", Favicon);
