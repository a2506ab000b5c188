// @ts-check
/**
 * Yes or no; see field.js for events and declaration.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <vortarium-toggle label="Wall" value="true" help="A round wall keeps the fluid in.">
 *     </vortarium-toggle>
 */
import { freshId, make } from "../dom.js";
import { Field, hear } from "./field.js";

class Toggle extends Field {
  #input = make("input", { type: "checkbox", role: "switch", id: freshId("toggle") });

  constructor() {
    super();
    hear(this.#input, "input", () => {});
    hear(this.#input, "change", () => this.tell("change", this.#input.checked));
  }

  /** @override @returns {import("./field.js").Parameter} */
  declared() {
    return { ...super.declared(), kind: "bool", default: this.getAttribute("value") === "true" };
  }

  /** @override @param {import("./field.js").Parameter} declaration */
  build(declaration) {
    return [this.heading(declaration, this.#input, this.#input)];
  }

  /** @override @param {import("./field.js").Scalar} value */
  show(value) {
    this.#input.checked = value === true;
  }
}

customElements.define("vortarium-toggle", Toggle);
