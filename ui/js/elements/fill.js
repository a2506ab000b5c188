// @ts-check
/**
 * `$name` in markup that a page's author wrote, replaced by values as text: never as markup.
 *
 *     const fragment = template.content.cloneNode(true);
 *     const fill = findPlaceholders(fragment);
 *     fill({ name: "Ada <b>", colour: "#f60" });       // again and again, if need be
 *
 * `$$` is a dollar. In attributes a placeholder may stand only where a value does no harm: no
 * script, no style, no address. Text in <script> and <style> is left alone.
 */
const PLACEHOLDER = /\$(?:\$|([a-z][\w-]*))/gi;
const HARMLESS = new RegExp(
  "^(aria-[a-z-]+|data-[a-z-]+|alt|class|color|colour|cx|cy|d|fill|for|height|help|high|id|label|"
    + "low|max|min|name|opacity|placeholder|points|r|rx|ry|scale|step|stroke|stroke-width|text|"
    + "title|transform|unit|value|viewbox|width|x|x1|x2|y|y1|y2)$",
  "i",
);
const LEFT_ALONE = "script, style";

/**
 * Throws Error for a placeholder where none may stand.
 *
 * @param {DocumentFragment} fragment
 * @returns {(values: Record<string, string>) => void}
 */
export function findPlaceholders(fragment) {
  /** @type {[Text | Attr, string][]} */
  const places = [];
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
    if (place instanceof Attr && !HARMLESS.test(place.name)) {
      throw new Error(`no placeholder may stand in the attribute ${place.name}`);
    }
    places.push([place, text]);
  }

  return (values) => {
    for (const [place, text] of places) {
      place.nodeValue = text.replace(PLACEHOLDER, (_, name) =>
        name === undefined ? "$" : (Object.hasOwn(values, name) ? values[name] : ""));
    }
  };
}
