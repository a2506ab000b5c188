// @ts-check
/**
 * What a touch does. It stirs unless the visitor has chosen a tool, and it stirs again a minute
 * after the last use, for whoever comes next.
 */
import { byId, make, setText } from "./dom.js";
import "./elements/icon.js";

const IDLE_MS = 60_000;
/** @type {import("./protocol.js").Tool} */
const STIR = {
  name: "", label: "Stir", help: "Touch the fluid and drag.", takes_place: true,
  args: [],
};

/**
 * @typedef {object} Toolbar
 * @property {() => void} build  for a model that has just been declared
 * @property {() => void} showUseful  some tools are of use only while a channel has a value
 * @property {(x: number, y: number) => boolean} use  at fractions of the box; false: stir there
 */

/**
 * @param {import("./state.js").State} state
 * @param {(tool: string, args: Record<string, number>) => void} act
 * @param {() => void} chosen  `state.tool` is another one
 * @returns {Toolbar}
 */
export function bindToolbar(state, act, chosen) {
  const bar = byId("toolbar");
  const opener = byId("open-toolbar");
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let idle;

  const tools = () => [STIR, ...(state.model?.tools ?? [])];

  /** @param {string} tool */
  function choose(tool) {
    state.tool = tool;
    stayAwake();
    open(false);
    showChoice();
    chosen();
  }

  function stayAwake() {
    clearTimeout(idle);
    if (state.tool) idle = setTimeout(choose, IDLE_MS, STIR.name);
  }

  /** Where there is no room for all tools, they come and go. @param {boolean} wide */
  function open(wide) {
    document.documentElement.dataset.toolbar = wide ? "open" : "closed";
    opener.setAttribute("aria-expanded", String(wide));
  }

  /** @param {import("./protocol.js").Tool} tool */
  function makeButton({ name, label, help, takes_place }) {
    const button = make(
      "button",
      { class: "button", type: "button", title: help, "data-tool": name },
      icon(name), make("span", {}, label),
    );
    button.addEventListener("click", () => {
      if (takes_place) choose(name);
      else act(name, {});
    });
    return button;
  }

  function build() {
    buttons.clear();
    byId("tool-buttons").replaceChildren();
    byId("tool-extras").replaceChildren();
    for (const tool of tools()) {
      // What asks for more than a place has no home here.
      if (!tool.takes_place && tool.args.length > 0) continue;
      const button = makeButton(tool);
      buttons.set(tool.name, button);
      byId(tool.takes_place ? "tool-buttons" : "tool-extras").append(button);
    }
    bar.hidden = buttons.size < 2;
    opener.hidden = bar.hidden;
    choose(STIR.name);
    showUseful();
  }

  function showChoice() {
    const { name, label, help } = tools().find((tool) => tool.name === state.tool) ?? STIR;
    document.documentElement.dataset.tool = name;
    for (const tool of tools().filter(({ takes_place }) => takes_place)) {
      buttons.get(tool.name)?.setAttribute("aria-pressed", String(tool.name === name));
    }
    setText(byId("tool-help"), help);
    opener.replaceChildren(icon(name), make("span", {}, label));
    opener.setAttribute("aria-label", `What a touch does: ${label}`);
  }

  function showUseful() {
    for (const [name, button] of buttons) {
      // `no_boat` undoes `boat`: it is of use while there is one.
      const undone = name.startsWith("no_") ? name.slice(3) : "";
      button.hidden = undone in (state.model?.channels ?? {}) && !state.channels[undone];
    }
  }

  opener.addEventListener("click", () => {
    open(document.documentElement.dataset.toolbar !== "open");
  });
  return {
    build,
    showUseful,
    use(x, y) {
      open(false);
      if (!state.tool) return false;
      stayAwake();
      act(state.tool, { x, y });
      return true;
    },
  };
}

/** @param {string} tool */
function icon(tool) {
  const drawing = document.createElement("svg-icon");
  drawing.setAttribute("name", tool || "stir");
  return drawing;
}
