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
 * that name is; the same again into each further slot of that name. Without a <template> in it, its
 * children are the markup.
 *
 * Pages written for wispyobserver work as they are: <custom-template type="name-plate"> is the same,
 * `$#more` a slot for the child with subID="more", and `$innerHTML` one for all that have no other.
 */
import { make } from "../dom.js";
import { findPlaceholders } from "./fill.js";

const CHILDREN = /\$(?:\$|#([a-z][\w-]*)|innerHTML\b)/gi;
const REST = "data-rest";

class Template extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    const tag = this.getAttribute("tag") ?? this.getAttribute("type") ?? "";
    if (customElements.get(tag)) return;
    const template = this.querySelector("template") ?? takeOut(this);
    makeSlots(template.content);
    customElements.define(tag, filled(template, attributesOf(this)));
  }
}

class CustomTemplate extends Template {}

/** @param {HTMLElement} element @returns {HTMLTemplateElement}  with what was in it */
function takeOut(element) {
  const template = make("template");
  template.content.append(...element.childNodes);
  element.append(template);
  return template;
}

/** Where the text names children, a slot for them. @param {DocumentFragment} content */
function makeSlots(content) {
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    if (text.parentElement?.matches("script, style")) continue;
    let from = 0;
    for (const { 0: found, 1: name, index } of text.data.matchAll(CHILDREN)) {
      if (found === "$$") continue;
      const slot = name === undefined ? make("slot", { [REST]: true }) : make("slot", { name });
      text.before(text.data.slice(from, index), slot);
      from = index + found.length;
    }
    text.data = text.data.slice(from);
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
  const slots = [...content.querySelectorAll("slot")];
  const names = slots.map((slot) => slot.getAttribute("name") ?? "");
  const taken = new Set();
  slots.forEach((slot, i) => {
    const rest = slot.hasAttribute(REST);
    const mine = children.filter((child) => {
      const name = slotOf(child);
      return name === names[i] || (rest && !names.includes(name));
    });
    if (mine.length === 0) return;
    slot.replaceWith(...mine.map((child) => (taken.has(child) ? child.cloneNode(true) : child)));
    for (const child of mine) taken.add(child);
  });
}

/** @param {ChildNode} child */
function slotOf(child) {
  if (!(child instanceof Element)) return "";
  return child.getAttribute("slot") ?? child.getAttribute("subid") ?? "";
}

/** @param {Element} element @returns {Record<string, string>} */
function attributesOf(element) {
  return Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
}

customElements.define("vortarium-template", Template);
customElements.define("custom-template", CustomTemplate);
