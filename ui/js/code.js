// @ts-check
/** "Show me the code": the model's source in a sheet of its own, where the exhibit shows it. */
import { byId, dialogById, setText } from "./dom.js";
import "./elements/icon.js";
import { toast } from "./toasts.js";
import { sourceUrl, url } from "./urls.js";

const COPIED_MS = 2000;

/** @param {import("./state.js").State} state */
export async function bindCode(state) {
  const sheet = dialogById("code");
  const opener = byId("open-code");
  opener.addEventListener("click", async () => {
    if (!state.model) return;
    const request = fetch(sourceUrl(state.model.name), { headers: { Accept: "text/html" } });
    const answer = await request.catch(() => null);
    if (!answer?.ok) {
      toast((await answer?.text()) ?? "The exhibit is out of reach", "warning");
      return;
    }
    // Made by the server from text, like the About page.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    byId("code-name").textContent = `The code of ${state.model.title}`;
    byId("code-text").replaceChildren(...page.body.childNodes);
    sheet.showModal();
    byId("code-text").scrollTo(0, 0);
  });
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close();
  });
  byId("copy-code").addEventListener("click", async () => {
    const told = byId("copy-code-label");
    setText(told, (await copy(byId("code-text"))) ? "Copied" : "Selected: press Ctrl+C");
    setTimeout(() => setText(told, "Copy"), COPIED_MS);
  });
  try {
    const offers = await (await fetch(url("api/features"))).json();
    opener.hidden = !offers.code;
  } catch {
    // The server is away; without it there is no code to show either.
  }
}

/**
 * Browsers keep the clipboard from pages without TLS, as ours is on the local network, and where
 * it was denied; there the old way may still work, and else the text stays selected.
 *
 * @param {HTMLElement} element
 */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand?.("copy") ?? false;
  }
}
