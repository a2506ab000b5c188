// @ts-check
/**
 * How guests come in, on the exhibit's own screen: QR code, address and code. It moves now and
 * then, so that it does not burn into a screen that shows it for months.
 */
import { make } from "./dom.js";
import { IN_THE_WAY, SPOTS, standAt, standsFree } from "./spots.js";
import { url } from "./urls.js";

const MOVE_MS = 3 * 60_000;
const FADE_MS = 1200;
/** @typedef {{url: string, address: string, name: string, code: string, svg: string}} Invitation */

/** @returns {{show: (invitation: Invitation) => void, hide: () => void}} */
export function bindInvitation() {
  const plate = make("div", { class: "qr" });
  const told = make("div");
  const card = make(
    "aside",
    { class: "invitation", id: "invitation", "aria-label": "Join with your phone", hidden: true },
    make("header", {}, make("img", { src: url("ui/icon.svg"), alt: "" }), "Join with your phone"),
    plate,
    told,
  );
  document.body.append(card);
  let spot = 0;
  let drawn = "";
  setInterval(move, MOVE_MS);
  addEventListener("resize", stand);
  const watch = new ResizeObserver(makeWay);
  for (const element of document.querySelectorAll(IN_THE_WAY)) watch.observe(element);

  function stand() {
    if (!card.hidden) spot = standAt(card, spot);
  }

  /** Visitors come, tools are shown: the page needs the place, and the card another. */
  function makeWay() {
    if (!card.hidden && !standsFree(card)) stand();
  }

  /** Through the dark: a card that flies over the fluid would draw all eyes. */
  function move() {
    card.dataset.moving = "true";
    setTimeout(() => {
      spot = (spot + 1) % SPOTS.length;
      stand();
      delete card.dataset.moving;
    }, FADE_MS);
  }

  return {
    show(invitation) {
      const appears = card.hidden && invitation.svg;
      card.hidden = !invitation.svg;
      if (invitation.svg !== drawn) draw(plate, invitation.svg);
      drawn = invitation.svg;
      told.replaceChildren(...words(invitation));
      if (appears) stand();
      else makeWay();
    },
    hide() {
      card.hidden = true;
    },
  };
}

/** What to type. @param {Invitation} invitation @returns {HTMLElement[]} */
function words({ address, name, code }) {
  const line = (/** @type {string} */ before, /** @type {string} */ what) =>
    make("p", { class: "invitation-words" }, before, make("b", {}, what));
  return [
    line("or open ", address),
    ...(name ? [line("or ", name)] : []),
    make("p", { class: "invitation-code" }, "Code ", make("b", {}, code)),
  ];
}

/** @param {HTMLElement} plate @param {string} svg  of the server's own making, or "" */
function draw(plate, svg) {
  plate.replaceChildren();
  if (!svg) return;
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", "QR code to join");
  // As many modules as the drawing is wide: each of them a whole number of pixels.
  plate.style.setProperty("--modules", drawing.getAttribute("viewBox")?.split(" ")[2] ?? "1");
  plate.append(document.importNode(drawing, true));
}
