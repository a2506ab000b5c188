// @ts-check
/**
 * A number by slider or keyboard, linear or logarithmic; see field.js for events and declaration.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <vortarium-slider label="Cooling" low="0.001" high="1" scale="log" value="0.01"
 *       unit="mu" help="How fast the fluid calms down."></vortarium-slider>
 */
import { freshId, make } from "../dom.js";
import { formatNumber, scaleOf } from "../scale.js";
import { prettyUnit } from "../units.js";
import { Field, hear } from "./field.js";

const STEPS = 100;

class Slider extends Field {
  #slider = make("input", { type: "range", id: freshId("slider") });
  #entry = make("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  /** @type {import("../scale.js").Scale} */
  #scale = { min: 0, max: 1, step: 1, toPosition: (value) => value, toValue: (value) => value };
  #unit = "";

  constructor() {
    super();
    hear(this.#slider, "input", () => {
      this.#write(this.#position());
      this.tell("input", this.#position());
    });
    hear(this.#slider, "change", () => this.tell("change", this.#position()));
    hear(this.#entry, "input", () => {});
    hear(this.#entry, "change", () => this.#typed(this.#entry.value));
    this.#entry.addEventListener("focus", () => this.#entry.select());
    this.#entry.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#entry.blur();
    });
  }

  /** @override */
  declared() {
    const number = (/** @type {string} */ name, /** @type {number} */ otherwise) =>
      Number(this.getAttribute(name) ?? otherwise);
    const [low, high] = [number("low", 0), number("high", 1)];
    /** @type {import("./field.js").Parameter} */
    const declared = {
      ...super.declared(), low, high,
      kind: this.getAttribute("kind") === "int" ? "int" : "float",
      step: number("step", (high - low) / STEPS),
      scale: this.getAttribute("scale") === "log" ? "log" : "linear",
      default: number("value", low),
    };
    return declared;
  }

  /** @override @param {import("./field.js").Parameter} declaration */
  build(declaration) {
    this.#scale = scaleOf(declaration);
    this.#unit = prettyUnit(declaration.unit);
    for (const limit of /** @type {const} */ (["min", "max", "step"])) {
      this.#slider[limit] = String(this.#scale[limit]);
    }
    this.#entry.setAttribute("aria-label", `${declaration.label}, typed`);
    const unit = make("span", { class: "unit" }, this.#unit);
    const typed = make("span", { class: "entry" }, this.#entry, unit);
    return [this.heading(declaration, this.#slider, typed), this.#slider];
  }

  /** @override @param {import("./field.js").Scalar} value */
  show(value) {
    this.#slider.value = String(this.#scale.toPosition(Number(value)));
    this.#write(Number(value));
  }

  #position() {
    return this.#scale.toValue(Number(this.#slider.value));
  }

  /** @param {number} value */
  #write(value) {
    const { min, max } = this.#scale;
    const share = (Number(this.#slider.value) - min) / (max - min || 1);
    this.#slider.style.setProperty("--share", String(share));
    this.#entry.value = formatNumber(value);
    this.#slider.setAttribute("aria-valuetext", `${this.#entry.value} ${this.#unit}`.trim());
  }

  /** @param {string} text */
  #typed(text) {
    // A comma is the decimal sign of half the world.
    const value = text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
    if (Number.isFinite(value)) {
      this.value = value;
      this.tell("change", value);
    } else {
      this.show(/** @type {import("./field.js").Field} */ (this).value);
      this.dispatchEvent(new CustomEvent("refused", { detail: text, bubbles: true }));
    }
  }
}

customElements.define("vortarium-slider", Slider);
