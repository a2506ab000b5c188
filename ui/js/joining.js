// @ts-check
/** How one comes into the room: invited in the hall, in line before the door, in a colour of one's own. */
import { bindInvitation } from "./invitation.js";
import { bindOwnColour } from "./own-colour.js";
import { bindWaiting } from "./waiting.js";

/**
 * @param {import("./state.js").State} state
 * @param {string} room
 */
export function bindJoining(state, room) {
  const waiting = bindWaiting(room);
  const invitation = bindInvitation();
  const tellColour = bindOwnColour();

  return {
    /** @param {Record<string, any>} message */
    receive(message) {
      if (message.type === "queue") waiting.show(message.place, message.of);
      if (message.type === "welcome") tellColour(message.you);
      if (message.type === "invitation" && state.you?.role === "kiosk") {
        invitation.show(/** @type {any} */ (message));
      }
    },
    /** @param {import("./connection.js").Status} status */
    follow(status) {
      if (status !== "open") invitation.hide();
      if (status !== "queued") waiting.hide();
    },
  };
}
