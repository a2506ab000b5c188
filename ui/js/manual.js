// @ts-check
/** A page of the manual: the search, in the browser, over all of its sections. */
import { byId, make } from "./dom.js";
import { lockPage } from "./locked.js";

const MAX_FOUND = 20;
const EXCERPT_CHARS = 160;

/** @typedef {{ page: string, anchor: string, title: string, text: string }} Section */

/** @type {Promise<Section[]> | undefined} */
let sections;

lockPage();
const field = /** @type {HTMLInputElement} */ (byId("words"));
field.addEventListener("input", () => search(field.value));
byId("search").addEventListener("submit", (event) => event.preventDefault());

/** @param {string} asked */
async function search(asked) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  byId("found").hidden = words.length === 0;
  byId("text").hidden = words.length > 0;
  if (words.length === 0) return;
  sections ??= load();
  try {
    const all = await sections;
    // Another letter may have been typed while the index was on its way.
    if (asked === field.value) show(rank(all, words), words);
  } catch {
    sections = undefined;
    byId("found").textContent = "The exhibit does not answer. Please try again in a moment.";
  }
}

/** @returns {Promise<Section[]>} */
async function load() {
  const answer = await fetch("search.json");
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

/**
 * Sections with all of the words, those with more of them in the title first.
 *
 * @param {Section[]} all
 * @param {string[]} words
 */
function rank(all, words) {
  return all
    .map((section) => {
      const title = section.title.toLowerCase();
      const text = `${title} ${section.text.toLowerCase()}`;
      const fits = words.every((word) => text.includes(word));
      return { section, score: fits ? 1 + words.filter((word) => title.includes(word)).length : 0 };
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MAX_FOUND)
    .map(({ section }) => section);
}

/**
 * @param {Section[]} found
 * @param {string[]} words
 */
function show(found, words) {
  const items = found.map((section) => {
    const page = section.page === "index" ? "./" : section.page;
    const href = section.anchor ? `${page}#${section.anchor}` : page;
    const link = make("a", { href }, section.title);
    // A link within this page leads back to its text.
    link.addEventListener("click", () => {
      field.value = "";
      search("");
    });
    return make("li", {}, link, make("p", {}, ...marked(excerpt(section.text, words), words)));
  });
  byId("found").replaceChildren(
    items.length > 0
      ? make("ul", {}, ...items)
      : make("p", {}, "Nothing in the manual has these words."),
  );
}

/**
 * @param {string} text
 * @param {string[]} words
 */
function excerpt(text, words) {
  const at = Math.max(0, text.toLowerCase().indexOf(words[0]));
  const start = at < 40 ? 0 : text.lastIndexOf(" ", at - 30) + 1;
  const cut = text.slice(start, start + EXCERPT_CHARS);
  return `${start > 0 ? "… " : ""}${cut}${start + EXCERPT_CHARS < text.length ? " …" : ""}`;
}

/**
 * `text`, as text, with the words marked.
 *
 * @param {string} text
 * @param {string[]} words
 */
function marked(text, words) {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`, "i"));
  return parts.map((part, index) => (index % 2 === 1 ? make("mark", {}, part) : part));
}
