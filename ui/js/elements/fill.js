// @ts-check
/**
 * `$name` in markup that a page's author wrote, replaced by values as text: never as markup.
 *
 *     const fragment = template.content.cloneNode(true);
 *     const fill = findPlaceholders(fragment);
 *     fill({ name: "Ada <b>", colour: "#f60" });       // again and again, if need be
 *
 * `$$` is a dollar. In attributes a placeholder may stand only where a value does no harm: no
 * script and no address; in `style` as a property's value, and what is no plain one (a colour, a
 * number, a length, a word) leaves that property out. Text in <script> and <style> is left alone.
 */
const PLACEHOLDER = /\$(?:\$|([a-z][\w-]*))/gi;
const HARMLESS = new RegExp(
  "^(aria-[a-z-]+|data-[a-z-]+|alt|class|color|colour|cx|cy|d|fill|for|height|help|high|id|label|"
    + "low|max|min|name|opacity|placeholder|points|r|rx|ry|scale|step|stroke|stroke-width|text|"
    + "title|tooltip|transform|unit|value|viewbox|width|x|x1|x2|y|y1|y2)$",
  "i",
);
const LEFT_ALONE = "script, style";
const ADDRESS = /(url|src|image|image-set|element)\(/i;
const FUNCTIONS = "rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|calc|min|max|clamp";
const PLAIN_STYLE = new RegExp(`^(?:[\\w\\s#.,%+*/-]|(?:${FUNCTIONS})\\(|\\))*$`, "i");

/** @typedef {Record<string, string>} Values */

/**
 * Throws Error for a placeholder where none may stand.
 *
 * @param {DocumentFragment} fragment
 * @returns {(values: Values) => void}
 */
export function findPlaceholders(fragment) {
  /** @type {((values: Values) => void)[]} */
  const fillers = [];
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text) {
      if (!node.parentElement?.matches(LEFT_ALONE)) note(node, node.data);
    } else if (node instanceof Element) {
      for (const attribute of node.attributes) note(attribute, attribute.value);
    }
  }

  /** @param {Text | Attr} place @param {string} text */
  function note(place, text) {
    if (text.search(PLACEHOLDER) < 0) return;
    const styled = place instanceof Attr && place.name === "style" && place.ownerElement;
    if (styled) {
      checkStyle(text);
      const { style } = /** @type {HTMLElement} */ (styled);
      fillers.push((values) => (style.cssText = filled(text, values, plainStyle)));
      return;
    }
    if (place instanceof Attr && !HARMLESS.test(place.name)) {
      throw new Error(`no placeholder may stand in the attribute ${place.name}`);
    }
    fillers.push((values) => (place.nodeValue = filled(text, values, String)));
  }

  return (values) => {
    for (const fill of fillers) fill(values);
  };
}

/** @param {string} text @param {Values} values @param {(value: string) => string} fit */
function filled(text, values, fit) {
  return text.replace(PLACEHOLDER, (_, name) =>
    name === undefined ? "$" : fit(Object.hasOwn(values, name) ? values[name] : ""));
}

/** @param {string} text  of an attribute `style` */
function checkStyle(text) {
  for (const declaration of text.split(";")) {
    const [property, ...value] = declaration.split(":");
    const chosen = property.search(PLACEHOLDER) >= 0; // or it stands in what only looks like one
    if (chosen || (declaration.search(PLACEHOLDER) >= 0 && ADDRESS.test(value.join(":")))) {
      throw new Error(`no placeholder may stand there in the style "${declaration.trim()}"`);
    }
  }
}

/** @param {string} value @returns {string}  "" for what might end the property, or fetch something */
function plainStyle(value) {
  const balanced = value.split("(").length === value.split(")").length;
  return balanced && PLAIN_STYLE.test(value) && !value.includes("/*") ? value : "";
}
