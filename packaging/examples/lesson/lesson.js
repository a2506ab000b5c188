// A teacher's own page: served by `--static lesson=FOLDER`, it is one more visitor of the room.
import { connect } from "../../ui/js/connection.js";
import { adoptFragment, credentials, keepResume } from "../../ui/js/credentials.js";
import { byId, setText } from "../../ui/js/dom.js";
import { socketUrl } from "../../ui/js/urls.js";

const CALM = 0.3;
const LIVELY = 0.01;

adoptFragment();
const connection = connect({
  url: socketUrl(),
  hello: () => ({ room: "BEC", ...credentials() }),
  onFrame: () => {},
  onElsewhere: () => {},
  onStatus(status, reason) {
    const here = status === "open";
    byId("drop").toggleAttribute("disabled", !here);
    byId("calm").toggleAttribute("disabled", !here);
    setText(byId("said"), here ? "You are in the room." : reason || "Joining the room …");
  },
  onMessage(message) {
    if (message.type === "welcome") {
      keepResume(message.you.resume);
      connection.send("subscribe", { names: ["vortex_number", "energy"] });
      showCooling(message.state.params.cooling);
    }
    if (message.type === "state" && "cooling" in message.params) {
      showCooling(message.params.cooling);
    }
    if (message.type === "channel") show(message.name, message.value);
  },
});

byId("drop").addEventListener("click", () => {
  const place = () => 0.3 + 0.4 * Math.random();
  connection
    .request("do", { action: "vortex", args: { x: place(), y: place() } })
    .catch((fault) => setText(byId("said"), fault.message));
});
byId("calm").addEventListener("click", () => {
  const calm = byId("calm").getAttribute("aria-pressed") === "true";
  connection.send("set", { params: { cooling: calm ? LIVELY : CALM } });
});

function showCooling(value) {
  byId("calm").setAttribute("aria-pressed", String(value >= CALM));
}

function show(name, value) {
  if (name === "energy") setText(byId("energy"), value === null ? "–" : `${value.toFixed(2)} μ`);
  else setText(byId("whirlpools"), String(value.clockwise + value.anticlockwise));
}
