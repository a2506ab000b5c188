// @ts-check
/** Colours of what is drawn on the fluid and of the plots that tell of the same things. */

export const DARK = "rgb(2 6 16 / 0.75)";
export const ANTICLOCKWISE = "#ffd166";
export const CLOCKWISE = "#ff8fc7";
export const BOAT = "#ffffff";
export const FORCE = "#7ef0b2";
export const PROBE = "#c9b6ff";
