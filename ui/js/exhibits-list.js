// @ts-check
/** The way to every other exhibit: a list with their pictures, from the title of a model's page. */
import { byId, make } from "./dom.js";
import { modelPicture } from "./thumbnail.js";
import { fetchModels, modelOfPage, modelUrl } from "./urls.js";

/** @returns {(open: boolean) => void}  the list is opened or closed */
export function bindExhibits() {
  const [list, trouble] = [byId("exhibit-list"), byId("exhibits-trouble")];

  async function show() {
    try {
      const models = await fetchModels();
      const pictures = models.map((model) => modelPicture(model));
      list.replaceChildren(...models.map(({ name, title }, i) => {
        const current = name === modelOfPage() && { "aria-current": "page" };
        const link = make("a", { href: modelUrl(name), ...current },
          make("span", { class: "exhibit-picture" }, pictures[i].element), make("span", {}, title));
        return make("li", {}, link);
      }));
      trouble.hidden = true;
      list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
      await Promise.allSettled(pictures.map(({ refresh }) => refresh()));
    } catch {
      trouble.textContent = "The exhibit is out of reach just now.";
      trouble.hidden = false;
    }
  }

  return (open) => {
    if (open) show();
  };
}
