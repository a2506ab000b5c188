// @ts-check
/** The line before a full room: a calm page with one's place, and the fluid as it is now. */
import { make, setText } from "./dom.js";
import { createThumbnail } from "./thumbnail.js";
import { fetchModels, modelOfPage, url } from "./urls.js";

const PICTURE_MS = 2000;

/**
 * @param {string} room
 * @returns {{show: (place: number, of: number) => void, hide: () => void}}
 */
export function bindWaiting(room) {
  const drawThumbnail = createThumbnail(room);
  const picture = make("canvas", { class: "waiting-picture", "aria-hidden": "true" });
  const place = make("strong", { class: "waiting-place" });
  const before = make("p", { class: "waiting-before" });
  const page = make(
    "section",
    { class: "waiting", id: "waiting", "aria-labelledby": "waiting-title", hidden: true },
    picture,
    make("h1", { id: "waiting-title" }, "One moment, please"),
    make("div", { class: "waiting-ring" }, place, make("span", {}, "in line")),
    make("div", { role: "status" }, before),
    make("p", { class: "waiting-advice" },
      "As soon as somebody leaves, you come in by yourself. Just keep this page open."),
    make("a", { class: "button", href: url("") }, "See the other exhibits"),
  );
  document.body.append(page);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let refreshing;

  async function followFluid() {
    clearInterval(refreshing);
    const models = await fetchModels().catch(() => []);
    const model = models.find(({ name }) => name === modelOfPage());
    if (page.hidden || !model?.grid) return;
    const refresh = () => {
      if (!document.hidden) drawThumbnail(picture).catch(() => {}); // the next one may come
    };
    refreshing = setInterval(refresh, PICTURE_MS);
    refresh();
  }

  return {
    show(number, of) {
      setText(place, String(number));
      const said = number === 1 ? `You are next${behind(of - 1)}.` : `${count(number - 1)} before you.`;
      setText(before, `The room is full. ${said}`);
      document.title = `${number === 1 ? "Next" : number} in line · Vortarium`;
      if (!page.hidden) return;
      page.hidden = false;
      document.documentElement.dataset.waiting = "true";
      followFluid();
    },
    hide() {
      clearInterval(refreshing);
      page.hidden = true;
      delete document.documentElement.dataset.waiting;
    },
  };
}

/** @param {number} people */
function count(people) {
  return people === 1 ? "One is" : `${people} are`;
}

/** @param {number} people */
function behind(people) {
  return people === 0 ? "" : people === 1 ? ", and one waits behind you" : `, and ${people} wait behind you`;
}
