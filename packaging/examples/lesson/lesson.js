// A teacher's own page: served by `--static lesson=FOLDER`, it is one more visitor of the room.
import { join } from "../../ui/js/client.js";
import { byId, setText } from "../../ui/js/dom.js";

const CALM = 0.3;
const LIVELY = 0.01;
const drop = byId("drop");
const calm = byId("calm");
const say = (text) => setText(byId("said"), text);

try {
  teach(await join("BEC"));
} catch (refusal) {
  say(refusal.message);
}

async function teach(room) {
  room.on("status", ({ status, reason }) => {
    const here = status === "open";
    drop.disabled = calm.disabled = !here;
    say(here ? "You are in the room." : reason || "One moment …");
  });
  room.on("error", (fault) => say(fault.message));
  room.on("state", ({ params }) => showCooling(params.cooling));
  room.subscribe("energy", (value) => {
    setText(byId("energy"), value === null ? "–" : `${value.toFixed(2)} μ`);
  });
  room.subscribe("vortex_number", ({ clockwise, anticlockwise }) => {
    setText(byId("whirlpools"), String(clockwise + anticlockwise));
  });
  drop.addEventListener("click", () => {
    const place = () => 0.3 + 0.4 * Math.random();
    room.model.vortex(place(), place()).catch((fault) => say(fault.message));
  });
  calm.addEventListener("click", () => {
    const pressed = calm.getAttribute("aria-pressed") === "true";
    room.model.cooling = pressed ? LIVELY : CALM;
  });
  showCooling(await room.model.cooling);
  drop.disabled = calm.disabled = false;
  say("You are in the room.");
}

function showCooling(cooling) {
  if (cooling !== undefined) calm.setAttribute("aria-pressed", String(cooling >= CALM));
}
