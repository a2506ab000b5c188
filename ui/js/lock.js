// @ts-check
/** An operator has locked the controls of this room: they are still seen, and do nothing. */
import { toast } from "./toasts.js";

const CONTROLS = "#panel, #toolbar, .dock, #open-picture";
const LOCKED = "The staff has locked the controls for a while. You can still stir.";

/** @param {import("./state.js").State} state */
export function bindLock(state) {
  /** @param {boolean} locked */
  function set(locked) {
    if (locked) document.documentElement.dataset.controls = "locked";
    else delete document.documentElement.dataset.controls;
    for (const part of document.querySelectorAll(CONTROLS)) part.toggleAttribute("inert", locked);
  }

  return {
    /** @param {Record<string, any>} message */
    receive(message) {
      if (message.type === "welcome") set(false); // if they are, that is told next
      if (message.type !== "locked" || state.you?.role === "operator") return;
      set(message.locked);
      toast(message.locked ? LOCKED : "The controls are yours again.");
    },
  };
}
