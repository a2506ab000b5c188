// @ts-check
/** The landing page: every model, with what its fluid looks like now. */
import { adoptFragment } from "./credentials.js";
import { byId, make } from "./dom.js";
import "./elements/template.js";
import { lockPage, returnHome } from "./locked.js";
import { rememberedPalette, showGround } from "./look.js";
import { modelPicture } from "./thumbnail.js";
import { fetchModels, modelUrl } from "./urls.js";

const THUMBNAIL_MS = 2000;
const RETRY_MS = 2000;

adoptFragment();
lockPage();
returnHome();
showGround(rememberedPalette(), "linear");
list();

async function list() {
  try {
    const models = await fetchModels();
    const cards = models.map(makeCard);
    byId("models").replaceChildren(...cards.map(({ element }) => element));
    byId("trouble").hidden = true;
    keepFresh(cards.map(({ refresh }) => refresh));
  } catch {
    byId("trouble").textContent = "One moment, the exhibit is starting …";
    byId("trouble").hidden = false;
    setTimeout(list, RETRY_MS);
  }
}

/** @param {(() => Promise<void>)[]} refreshers */
async function keepFresh(refreshers) {
  if (!document.hidden) await Promise.allSettled(refreshers.map((refresh) => refresh()));
  setTimeout(() => keepFresh(refreshers), THUMBNAIL_MS);
}

/** @param {import("./protocol.js").Model} model */
function makeCard(model) {
  const card = document.createElement("model-card");
  card.setAttribute("heading", model.title);
  card.setAttribute("summary", model.summary);
  const link = make("a", { href: modelUrl(model.name) }, card);
  const { element: picture, refresh } = modelPicture(model);
  return {
    element: make("li", { "data-model": model.name }, link),
    // The card has its place for a picture once it stands on the page.
    refresh() {
      if (!picture.isConnected) card.querySelector(".picture")?.replaceChildren(picture);
      return refresh();
    },
  };
}
