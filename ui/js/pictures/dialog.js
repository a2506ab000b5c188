// @ts-check
/** "Picture": choose one, see what it makes of the fluid, and give it to the room. */
import { credentials } from "../credentials.js";
import { byId, make, setText } from "../dom.js";
import "../elements/choice.js";
import "../elements/icon.js";
import { context2d, createPainter } from "../render/canvas2d.js";
import { uploadUrl } from "../urls.js";
import { density, fitted, shrunk } from "./levels.js";

/** Longest sides: of what is sent, and of what is shown. */
const SENT = 512;
const SHOWN = 256;
/** What a canvas can be saved as, the best for drawings first. */
const SAVED_AS = ["image/png", "image/jpeg", "image/webp"];
/** @type {Record<string, {label: string, help: string}>} */
const USES = {
  trap: { label: "As walls", help: "What is dark becomes a wall; the fluid settles where it is bright." },
  density: { label: "As fluid", help: "What is bright becomes fluid, and is let go." },
};

/**
 * @typedef {object} Rules  of GET /api/rooms/<room>/upload
 * @property {import("./levels.js").Use[]} uses  none: not allowed
 * @property {string[]} types
 * @property {number} wall_mu
 */

/** @type {Rules} */
const NOTHING = { uses: [], types: [], wall_mu: 0 };

/**
 * @param {import("../state.js").State} state
 * @param {string} room
 * @returns {{ask: () => void}}  ask the server again what is allowed
 */
export function bindPictures(state, room) {
  const opener = byId("open-picture");
  /** @type {Rules} */
  let rules = NOTHING;
  /** @type {{file: Blob, canvas: HTMLCanvasElement} | null} */
  let chosen = null;
  const paint = createPainter();

  const input = make("input", { type: "file", id: "picture-file", class: "unseen" });
  const canvas = make("canvas", { role: "img", "aria-label": "The fluid as the picture makes it" });
  const preview = make("figure", { class: "preview", hidden: true }, canvas);
  const use = /** @type {any} */ (document.createElement("vortarium-choice"));
  const help = make("p", { class: "quiet" });
  const told = make("p", { class: "told", role: "status" });
  const give = make("button", { class: "button primary", type: "submit" }, "Give it to the fluid");
  const cancel = make("button", { class: "button", type: "button" }, "Cancel");
  const chooser = make("label", { class: "button", for: input.id }, "Choose a picture …");
  const form = make(
    "form", {},
    make("h2", { id: "picture-title" }, "A picture for the fluid"),
    make("p", { class: "quiet" }, "Everybody in this room will see it. Restart takes it away again."),
    make("div", { class: "chooser" }, input, chooser), preview, use, help, told,
    make("div", { class: "buttons" }, cancel, give),
  );
  const dialog = make("dialog", { class: "sheet small", "aria-labelledby": "picture-title" }, form);
  document.body.append(dialog);

  function show() {
    setText(help, USES[use.value]?.help ?? "");
    give.disabled = chosen === null;
    preview.hidden = chosen === null;
    setText(chooser, chosen === null ? "Choose a picture …" : "Choose another …");
    if (chosen === null) return;
    const [nx, ny] = [Number(state.params.Nx), Number(state.params.Ny)];
    const scale = SHOWN / Math.max(nx, ny);
    canvas.width = Math.max(1, Math.round(scale * nx));
    canvas.height = Math.max(1, Math.round(scale * ny));
    const brightness = fitted(chosen.canvas, canvas.width, canvas.height);
    const levels = density(brightness, use.value, rules.wall_mu);
    const look = { palette: state.palette, kind: /** @type {const} */ ("linear") };
    context2d(canvas).putImageData(paint(null, levels, canvas.width, canvas.height, look), 0, 0);
  }

  /** @param {File | undefined} file */
  async function choose(file) {
    if (!file) return;
    setText(told, "");
    try {
      const bitmap = await createImageBitmap(file);
      chosen = { file, canvas: shrunk(bitmap, SENT) };
      bitmap.close();
    } catch {
      chosen = null;
      setText(told, "This browser cannot read that picture.");
    }
    show();
  }

  async function send() {
    if (chosen === null) return;
    give.disabled = true;
    setText(told, "One moment …");
    try {
      const body = await encoded(chosen, rules.types);
      const headers = { ...bearer(), "Content-Type": body.type };
      const answer = await fetch(`${uploadUrl(room)}?as=${use.value}`, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(await answer.text());
      dialog.close();
    } catch (fault) {
      setText(told, fault instanceof Error ? fault.message : String(fault));
    }
    give.disabled = false;
  }

  opener.addEventListener("click", () => {
    chosen = null;
    form.reset();
    setText(told, "");
    input.accept = rules.types.join(",");
    const options = rules.uses.map((name) => ({ name, label: USES[name].label }));
    use.declaration = { name: "use", label: "What it becomes", help: "", options, default: "" };
    use.value = rules.uses[0];
    show();
    dialog.showModal();
  });
  input.addEventListener("change", () => choose(input.files?.[0]));
  use.addEventListener("change", show);
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  return {
    async ask() {
      rules = state.model?.pictures?.length ? await rulesOf(room) : NOTHING;
      opener.hidden = rules.uses.length === 0;
    },
  };
}

/** @param {string} room @returns {Promise<Rules>} */
async function rulesOf(room) {
  try {
    const answer = await fetch(uploadUrl(room), { headers: bearer() });
    return answer.ok ? await answer.json() : NOTHING;
  } catch {
    return NOTHING; // the server is away: when it is back, it is asked again
  }
}

/** @returns {Record<string, string>} who sends it */
function bearer() {
  return { Authorization: `Bearer ${credentials().resume ?? ""}` };
}

/**
 * Small, in a type that the exhibit takes, and without what a camera wrote into the file.
 *
 * @param {{file: Blob, canvas: HTMLCanvasElement}} picture
 * @param {string[]} types
 * @returns {Promise<Blob>}
 */
async function encoded({ file, canvas }, types) {
  const type = SAVED_AS.find((one) => types.includes(one));
  if (type === undefined) return file; // GIF, which no browser makes
  const blob = await new Promise((done) => canvas.toBlob(done, type, 0.95));
  if (blob === null) throw new Error("this browser cannot save the picture");
  return blob;
}
