// @ts-check
/** What opens over the page: drawer, About, the question for the join code, the hint. */
import { byId, dialogById, make } from "./dom.js";
import { tab } from "./memory.js";
import { snapshotUrl } from "./urls.js";

const CHECKED = "Checked:";
const TOUCHED = "vortarium.touched";

/**
 * Drawers open and close by their buttons and Escape, one at a time; none covers by itself.
 *
 * @param {Record<string, (open: boolean) => void>} drawers  id, and who is told
 * @returns {() => void}  close them
 */
export function bindDrawers(drawers) {
  const closers = new Map(
    Object.entries(drawers).map(([id, told]) => [id, bindDrawer(id, told, closeOthers)]),
  );

  /** @param {string} id */
  function closeOthers(id) {
    for (const [other, close] of closers) if (other !== id) close();
  }
  return () => closeOthers("");
}

/**
 * @param {string} id
 * @param {(open: boolean) => void} told
 * @param {(id: string) => void} opening
 * @returns {() => void}  close it
 */
function bindDrawer(id, told, opening) {
  const drawer = byId(id);
  const opener = byId(`open-${id}`);
  /** @param {boolean} open */
  function show(open) {
    if (open) opening(id);
    if (open !== drawer.inert) return;
    drawer.inert = !open;
    document.documentElement.dataset.drawer = open ? "open" : "closed";
    opener.setAttribute("aria-expanded", String(open));
    (open ? byId(`close-${id}`) : opener).focus({ preventScroll: true });
    told(open);
  }
  const close = () => show(false);
  opener.addEventListener("click", () => show(drawer.inert));
  byId(`close-${id}`).addEventListener("click", close);
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return close;
}

/** @param {import("./state.js").State} state @param {string} room */
export function bindAbout(state, room) {
  const about = dialogById("about");
  const save = byId("save-data");
  save.setAttribute("href", snapshotUrl(room));
  save.setAttribute("download", `${room}.npz`);
  byId("open-about").addEventListener("click", () => {
    if (!state.model) return;
    byId("about-name").textContent = state.model.title;
    const text = new DOMParser().parseFromString(state.model.about, "text/html");
    listChecks(text.body);
    byId("about-text").replaceChildren(...text.body.childNodes);
    // A kiosk has nowhere to save to.
    byId("save").hidden = !state.model.grid || state.you?.role === "kiosk";
    about.showModal();
    about.scrollTop = 0;
    for (const formula of about.querySelectorAll(".math.block")) {
      // The keyboard gets at what a long one hides.
      if (formula.scrollWidth > formula.clientWidth) formula.setAttribute("tabindex", "0");
    }
  });
  about.addEventListener("click", (event) => {
    if (event.target === about) about.close();
  });
}

/**
 * Against what a model was checked: a paragraph that opens with a bold word and tells one thing
 * after the other becomes a list.
 *
 * @param {HTMLElement} text
 */
function listChecks(text) {
  const paragraph = [...text.querySelectorAll("p")].find(
    ({ firstElementChild }) => firstElementChild?.textContent === CHECKED,
  );
  if (!paragraph) return;
  paragraph.firstElementChild?.remove();
  const list = make("ul", {}, make("li"));
  for (const node of [...paragraph.childNodes]) {
    const [first, ...others] = node instanceof Text ? node.data.split(";") : [node];
    list.lastElementChild?.append(first);
    for (const other of others) list.append(make("li", {}, other));
  }
  const title = make("h3", {}, "Checked against what is known");
  paragraph.replaceWith(make("section", { class: "checks" }, title, list));
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

/**
 * Away, and not by accident: come back, or go elsewhere.
 *
 * @param {() => void} comeBack
 * @returns {(ended: string, text: string) => void}  tell
 */
export function bindGone(comeBack) {
  const dialog = dialogById("gone");
  byId("come-back").addEventListener("submit", (event) => {
    event.preventDefault();
    comeBack();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return (title, text) => {
    byId("gone-title").textContent = title;
    byId("gone-text").textContent = text;
    if (title && !dialog.open) dialog.showModal();
    if (!title) dialog.close();
  };
}

/** One line for whoever has never touched the fluid; it goes with the first touch. */
export function bindHint() {
  const hint = byId("hint");
  return {
    offer() {
      if (!tab.recall(TOUCHED)) hint.hidden = false;
    },
    forget() {
      tab.keep(TOUCHED, "yes");
      hint.classList.add("gone");
    },
    /** Somebody else may come. */
    again() {
      tab.forget(TOUCHED);
      hint.classList.remove("gone");
    },
  };
}
