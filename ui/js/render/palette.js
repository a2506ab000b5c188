// @ts-check
/**
 * Colour maps, made rather than listed: a path through the OKLab colour space (B. Ottosson, 2020,
 * bottosson.github.io/posts/oklab), walked at an even pace so that equal steps of the value look
 * equal. Lightness only grows along the linear maps, so they can be read without seeing hue; the
 * cyclic one goes down through orange and up through blue, which every common kind of colour
 * blindness tells apart; it is dark at the middle level, for where there is no fluid a phase is 0.
 * Signed values go the same two ways from the dark middle, and brighter the further they are from 0.
 *
 * @typedef {"linear" | "cyclic" | "signed"} Kind  of the values that a map is for
 */

export const LEVELS = 256;

/** @typedef {[number, number, number]} Triple */

/**
 * Lightness 0..1, chroma, hue in degrees.
 * @type {Record<string, {label: string, path: Triple[]}>}
 */
export const PALETTES = {
  deep: {
    label: "Deep sea",
    path: [
      [0.11, 0.025, 262], [0.25, 0.085, 264], [0.4, 0.13, 258], [0.56, 0.13, 243],
      [0.71, 0.115, 225], [0.85, 0.085, 205], [0.96, 0.045, 185],
    ],
  },
  ember: {
    label: "Ember",
    path: [
      [0.11, 0.025, 290], [0.28, 0.11, 300], [0.44, 0.16, 345], [0.6, 0.18, 25],
      [0.74, 0.16, 55], [0.87, 0.13, 85], [0.97, 0.06, 105],
    ],
  },
  dune: {
    label: "Dune",
    path: [
      [0.14, 0.04, 258], [0.3, 0.07, 258], [0.47, 0.02, 260], [0.62, 0.03, 100],
      [0.77, 0.09, 98], [0.93, 0.14, 103],
    ],
  },
  moon: {
    label: "Moonlight",
    path: [[0.1, 0.01, 260], [0.55, 0.02, 255], [0.98, 0.01, 240]],
  },
};

/** @type {Triple[]} */
const CYCLE = [
  [0.93, 0.015, 150], [0.8, 0.09, 75], [0.64, 0.14, 50], [0.42, 0.12, 25], [0.16, 0.03, 300],
  [0.42, 0.12, 265], [0.62, 0.13, 245], [0.8, 0.08, 225], [0.93, 0.015, 150],
];

/** @type {Triple[]} */
const BELOW_ZERO = [[0.13, 0.025, 275], [0.36, 0.1, 30], [0.62, 0.15, 50], [0.92, 0.08, 88]];
/** @type {Triple[]} */
const ABOVE_ZERO = [[0.13, 0.025, 275], [0.36, 0.12, 264], [0.62, 0.13, 245], [0.92, 0.08, 210]];

const SAMPLES_PER_LEG = 64;

/** @param {string} name @param {Kind} kind @returns {Uint8ClampedArray} LEVELS times RGBA */
export function paletteBytes(name, kind) {
  const walk = walkOf(name, kind);
  const bytes = new Uint8ClampedArray(4 * LEVELS);
  for (const [level, lab] of walk.entries()) bytes.set([...toRgb(lab), 255], 4 * level);
  return bytes;
}

/** LEVELS places in the colour space. @param {string} name @param {Kind} kind @returns {Triple[]} */
function walkOf(name, kind) {
  if (kind === "cyclic") return evenly(CYCLE.map(toLab), LEVELS);
  if (kind === "linear") return evenly((PALETTES[name] ?? PALETTES.deep).path.map(toLab), LEVELS);
  const [below, above] = [BELOW_ZERO, ABOVE_ZERO].map((path) => evenly(path.map(toLab), LEVELS / 2));
  return [...below.reverse(), ...above];
}

/** The level where there is no fluid. @param {Kind} kind */
export function emptyLevel(kind) {
  return kind === "linear" ? 0 : LEVELS / 2;
}

/** The colour of a level, for CSS. @param {Uint8ClampedArray} bytes @param {number} level */
export function cssColour(bytes, level) {
  return `rgb(${bytes.slice(4 * level, 4 * level + 3).join(" ")})`;
}

/** @param {Triple} lch @returns {Triple} */
function toLab([lightness, chroma, hue]) {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/**
 * Points along the path through `corners`, equally far apart.
 *
 * @param {Triple[]} corners
 * @param {number} count
 */
function evenly(corners, count) {
  const fine = corners.slice(1).flatMap((end, leg) =>
    Array.from({ length: SAMPLES_PER_LEG }, (_, i) => mix(corners[leg], end, i / SAMPLES_PER_LEG)),
  );
  fine.push(corners[corners.length - 1]);
  const travelled = [0];
  for (let i = 1; i < fine.length; i++) {
    const leg = Math.hypot(...fine[i].map((value, axis) => value - fine[i - 1][axis]));
    travelled.push(travelled[i - 1] + leg);
  }
  const total = travelled[travelled.length - 1];
  let at = 0;
  return Array.from({ length: count }, (_, level) => {
    const goal = (total * level) / (count - 1);
    while (at < fine.length - 2 && travelled[at + 1] < goal) at += 1;
    return mix(fine[at], fine[at + 1], (goal - travelled[at]) / (travelled[at + 1] - travelled[at]));
  });
}

/** @param {Triple} from @param {Triple} to @param {number} share @returns {Triple} */
function mix(from, to, share) {
  return /** @type {Triple} */ (from.map((value, axis) => value + (to[axis] - value) * share));
}

/** OKLab to sRGB bytes. @param {Triple} lab @returns {Triple} */
function toRgb([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** @param {number} linear */
function gamma(linear) {
  const clipped = Math.min(Math.max(linear, 0), 1);
  return 255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055);
}
