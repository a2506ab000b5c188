// @ts-check
/** Units as people write them; models declare them in plain letters. */

/** @type {Record<string, string>} */
const LETTERS = { mu: "μ", hbar: "ħ" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `1/dx^2` as 1/dx², `mu` as μ. @param {string} text */
export function prettyUnit(text) {
  return text
    .replace(/\b(mu|hbar)\b/g, (name) => LETTERS[name])
    .replace(/\^(\d)/g, (_, digit) => RAISED[Number(digit)]);
}
