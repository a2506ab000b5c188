// @ts-check
/**
 * A tag of one's own, from a piece of markup with placeholders; its attributes are the values.
 *
 *     <vortarium-template tag="name-plate" name="nobody" colour="grey">
 *       <template><h3>$name</h3><p>likes $colour. <slot></slot> <slot name="more"></slot></p></template>
 *     </vortarium-template>    <name-plate name="Ada">Hello! <b slot="more">Bye.</b></name-plate>
 *
 * Attributes of <vortarium-template> are the defaults; one that changes later is shown at once.
 * Values are text (see fill.js). Children go where <slot> is, those with `slot` where the slot of
 * that name is; the same again into each further slot of that name.
 */
import { findPlaceholders } from "./fill.js";

class Template extends HTMLElement {
  connectedCallback() {
    const tag = this.getAttribute("tag") ?? "";
    const template = this.querySelector("template");
    if (!template) throw new Error("<vortarium-template> needs a <template> in it");
    if (!customElements.get(tag)) customElements.define(tag, filled(template, attributesOf(this)));
    this.hidden = true;
  }
}

/** @param {HTMLTemplateElement} template @param {Record<string, string>} defaults */
function filled(template, defaults) {
  return class extends HTMLElement {
    static observedAttributes = Object.keys(defaults);
    /** @type {((values: Record<string, string>) => void) | undefined} */
    #fill;

    connectedCallback() {
      if (this.#fill) return;
      const content = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
      this.#fill = findPlaceholders(content);
      takeIn(content, [...this.childNodes]);
      this.replaceChildren(content);
      this.attributeChangedCallback();
    }

    attributeChangedCallback() {
      this.#fill?.({ ...defaults, ...attributesOf(this) });
    }
  };
}

/** @param {DocumentFragment} content @param {ChildNode[]} children */
function takeIn(content, children) {
  const taken = new Set();
  for (const slot of content.querySelectorAll("slot")) {
    const mine = children.filter((child) => slotOf(child) === (slot.getAttribute("name") ?? ""));
    if (mine.length === 0) continue;
    slot.replaceWith(...mine.map((child) => (taken.has(child) ? child.cloneNode(true) : child)));
    mine.forEach((child) => taken.add(child));
  }
}

/** @param {ChildNode} child */
function slotOf(child) {
  return child instanceof Element ? (child.getAttribute("slot") ?? "") : "";
}

/** @param {Element} element @returns {Record<string, string>} */
function attributesOf(element) {
  return Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
}

customElements.define("vortarium-template", Template);
