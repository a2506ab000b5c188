// @ts-check
/**
 * Help for any element by an attribute; what stands after `#` is shown to whoever clicks.
 *
 *     <script type="module" src="/ui/js/elements/all.js"></script>
 *     <button tooltip="Everybody sees it.#Visitors who came by phone do, too.">Restart</button>
 *
 * Elements that come, change or go later are noticed.
 */
import { Help } from "./help.js";

const NAME = "tooltip";

/** @type {Map<HTMLElement, Help>} */
const all = new Map();

new MutationObserver((changes) => {
  for (const { type, target, addedNodes } of changes) {
    if (type === "attributes") update(target);
    for (const node of addedNodes) updateAll(node);
  }
  for (const element of all.keys()) if (!element.isConnected) update(element);
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: [NAME] });
updateAll(document.documentElement);

/** @param {Node} node  with what is in it */
function updateAll(node) {
  if (!(node instanceof Element)) return;
  update(node);
  node.querySelectorAll(`[${NAME}]`).forEach(update);
}

/** @param {Node} element */
function update(element) {
  if (!(element instanceof HTMLElement)) return;
  const words = element.isConnected ? element.getAttribute(NAME) : null;
  if (words === null) {
    all.get(element)?.end();
    all.delete(element);
    return;
  }
  const help = all.get(element) ?? new Help(element, element);
  if (!all.has(element)) (element.closest("dialog") ?? document.body).append(help.bubble);
  all.set(element, help);
  const [text, ...more] = words.split("#");
  help.say(text, more.join("#"));
}
