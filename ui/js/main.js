// @ts-check
/** A model's page: what comes from the room changes the state, and the state is shown. */
import { connect } from "./connection.js";
import { buildControls } from "./controls.js";
import {
  adoptFragment, credentials, forgetResume, keepName, keepResume, keepToken,
} from "./credentials.js";
import { createDecoder } from "./decoder.js";
import { byId, canvasById } from "./dom.js";
import { bindDock, showFigures, showLegend, showState } from "./hud.js";
import { bindFingers } from "./input.js";
import { rememberedPalette } from "./look.js";
import { bindAbout, bindDrawer, bindHint, bindJoin } from "./panels.js";
import { createStage } from "./stage.js";
import { apply, initialState } from "./state.js";
import { showNotice, toast } from "./toasts.js";
import { modelOfPage, socketUrl } from "./urls.js";

const FIGURES_MS = 500;
const CHANNELS = ["steps_per_s"];

adoptFragment();
const room = new URLSearchParams(location.search).get("room") ?? modelOfPage();
const state = initialState();
state.palette = rememberedPalette();
let showControls = () => {};
let declared = "";

bindDrawer();
bindAbout(state);
bindDock(act);
const hint = bindHint();
const askForCode = bindJoin((code, name) => {
  keepToken(code);
  keepName(name);
  connection.retry();
});
const fingers = bindFingers(
  byId("fluid"),
  (finger) => connection.send("finger", finger),
  (x, y) => {
    stage.ripple(x, y);
    hint.forget();
  },
);
const stage = createStage(byId("fluid"), canvasById("overlay"), state, fingers.held);
const connection = connect({
  url: socketUrl(),
  hello: () => ({ room, accept: ["jpeg", "raw"], ...credentials() }),
  onFrame: createDecoder(
    (picture) => {
      state.picture?.bitmap?.close();
      state.picture = picture;
      stage.redraw();
      hint.offer();
    },
    (seq) => connection.send("ack", { seq }),
  ),
  onMessage: receive,
  onStatus(status, reason) {
    state.status = status;
    state.reason = reason;
    if (status === "code needed") askForCode(reason);
    if (status === "open") comeBack();
    showState(state);
  },
  onElsewhere: forgetResume,
});
setInterval(showNumbers(), FIGURES_MS);

/** @param {Record<string, any>} message */
function receive(message) {
  apply(state, message);
  if (message.type === "notice") showNotice(message);
  if (message.type === "error") toast(message.message, "warning");
  if (message.type === "welcome") keepResume(message.you.resume);
  if (["welcome", "state", "visitors"].includes(message.type)) {
    if (message.type === "welcome") buildOnce();
    showState(state);
    showControls();
    stage.redraw();
  }
}

/** A page that comes back keeps its drawer as it was, unless the model has changed meanwhile. */
function buildOnce() {
  const now = JSON.stringify(state.model);
  if (now === declared) return;
  declared = now;
  showControls = buildControls(byId("panel"), state, {
    set: (params) => connection.request("set", { params }),
    act,
    view(name) {
      state.view = name;
      connection.send("view", { name });
    },
    looked: stage.redraw,
    complain: (text) => toast(text, "warning"),
  });
}

/** The server may have forgotten what this page wanted to see and where it touches. */
function comeBack() {
  connection.send("subscribe", { names: CHANNELS });
  if (state.view) connection.send("view", { name: state.view });
  fingers.resend();
}

/** @param {string} action */
function act(action) {
  connection.request("do", { action }).catch((fault) => toast(fault.message, "warning"));
}

function showNumbers() {
  let frames = 0;
  let since = performance.now();
  return () => {
    const now = performance.now();
    showFigures(state, (1000 * (stage.drawnFrames() - frames)) / (now - since), connection.roundTrip());
    showLegend(state);
    frames = stage.drawnFrames();
    since = now;
  };
}
