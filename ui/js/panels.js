// @ts-check
/** What opens over the page: drawer, About, the question for the join code, the hint. */
import { byId, dialogById } from "./dom.js";

const TOUCHED = "vortarium.touched";

/** The drawer opens and closes by its buttons and Escape; it never covers by itself. */
export function bindDrawer() {
  const drawer = byId("drawer");
  const opener = byId("open-drawer");
  /** @param {boolean} open */
  function show(open) {
    drawer.inert = !open;
    document.documentElement.dataset.drawer = open ? "open" : "closed";
    opener.setAttribute("aria-expanded", String(open));
    (open ? byId("close-drawer") : opener).focus({ preventScroll: true });
  }
  opener.addEventListener("click", () => show(drawer.inert));
  byId("close-drawer").addEventListener("click", () => show(false));
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false);
  });
}

/** @param {import("./state.js").State} state */
export function bindAbout(state) {
  const about = dialogById("about");
  byId("open-about").addEventListener("click", () => {
    if (!state.model) return;
    byId("about-name").textContent = state.model.title;
    const text = new DOMParser().parseFromString(state.model.about, "text/html");
    byId("about-text").replaceChildren(...text.body.childNodes);
    about.showModal();
  });
  about.addEventListener("click", (event) => {
    if (event.target === about) about.close();
  });
}

/** @param {(code: string, name: string) => void} join @returns {(reason: string) => void}  ask */
export function bindJoin(join) {
  const dialog = dialogById("join");
  const code = /** @type {HTMLInputElement} */ (byId("join-code"));
  const name = /** @type {HTMLInputElement} */ (byId("join-name"));
  byId("join-form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    join(code.value.trim(), name.value.trim());
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return (reason) => {
    byId("join-reason").textContent = reason;
    if (!dialog.open) dialog.showModal();
  };
}

/** One line for whoever has never touched the fluid; it goes with the first touch. */
export function bindHint() {
  const hint = byId("hint");
  return {
    offer() {
      if (!sessionStorage.getItem(TOUCHED)) hint.hidden = false;
    },
    forget() {
      sessionStorage.setItem(TOUCHED, "yes");
      hint.classList.add("gone");
    },
  };
}
