// @ts-check
/** A model's page: what comes from the room changes the state, and the state is shown. */
import { createRoom } from "./client.js";
import { bindCode } from "./code.js";
import { connect } from "./connection.js";
import { buildControls } from "./controls.js";
import { bindCorner } from "./corner.js";
import {
  adoptFragment, credentials, forgetResume, keepName, keepResume, keepToken, locked,
} from "./credentials.js";
import { createDecoder } from "./decoder.js";
import { byId, canvasById } from "./dom.js";
import "./elements/favicon.js";
import { bindExhibits } from "./exhibits-list.js";
import { bindExhibit } from "./exhibits/choose.js";
import { bindDock, showFigures, showLegend, showState } from "./hud.js";
import { bindIdle } from "./idle/idle.js";
import { bindFingers } from "./input.js";
import { bindJoining } from "./joining.js";
import { followKeyboard } from "./keyboard.js";
import { bindLock } from "./lock.js";
import { lockPage } from "./locked.js";
import { forgetPalette, rememberedPalette } from "./look.js";
import { bindAbout, bindDrawers, bindGone, bindHint, bindJoin } from "./panels.js";
import { bindPictures } from "./pictures/dialog.js";
import { makePlots } from "./plots/panel.js";
import { readsCanvas } from "./render/canvas2d.js";
import { createStage } from "./stage.js";
import { apply, initialState } from "./state.js";
import { createSubscriptions } from "./subscriptions.js";
import { bindChat } from "./chat/panel.js";
import { showNotice, toast } from "./toasts.js";
import { bindToolbar } from "./toolbar.js";
import { modelOfPage, socketUrl } from "./urls.js";

const FIGURES_MS = 500;
const KIOSK_RETURN_MS = 5000;
/** What is always shown; a boat that is not there costs nothing. */
const CHANNELS = ["steps_per_s", "boat"];
/** A JPEG has to be decoded, and read where no graphics chip colours it. */
const accept = "createImageBitmap" in window && readsCanvas() ? ["jpeg", "raw"] : ["raw"];
const ON_FLUID = ["boat", "probe"];
/** Heard while a tool is chosen. @type {Record<string, string[]>} */
const CHANNELS_OF_TOOL = { probe: ["probe"] };

adoptFragment();
lockPage();
const room = new URLSearchParams(location.search).get("room") ?? modelOfPage();
const state = initialState();
state.palette = rememberedPalette();
let showControls = () => {};
let declared = "";

bindAbout(state, room);
bindCode(state);
bindCorner(() => state.you?.role === "kiosk");
const lock = bindLock(state);
const pictures = bindPictures(state, room);
bindDock(act);
const hint = bindHint();
const joining = bindJoining(state, room);
const toolbar = bindToolbar(state, act, () => {
  subscriptions.want("tool", CHANNELS_OF_TOOL[state.tool] ?? []);
});
const askForCode = bindJoin((code, name) => {
  keepToken(code);
  keepName(name);
  connection.retry();
});
const idle = bindIdle({ state, send: (type, fields) => connection.send(type, fields), tidy });
const tellGone = bindGone(() => connection.retry());
const fingers = bindFingers(
  byId("fluid"),
  (finger) => connection.send("finger", finger),
  (x, y) => {
    if (!state.model?.grid) return true; // there is nothing to stir
    stage.ripple(x, y);
    hint.forget();
    return toolbar.use(x, y);
  },
);
const stage = createStage(byId("fluid"), canvasById("overlay"), state, fingers.held);
const connection = connect({
  url: socketUrl(),
  hello: () => ({ room, queue: true, accept, ...credentials() }),
  onFrame: createDecoder(
    (picture) => {
      state.picture?.bitmap?.close();
      state.picture = picture;
      stage.redraw();
      hint.offer();
      inside.emit("frame", picture.frame);
    },
    (seq) => connection.send("ack", { seq }),
  ),
  onMessage: receive,
  onStatus(status, reason) {
    state.status = status;
    state.reason = reason;
    if (status === "code needed") askForCode(reason);
    if (status === "open") comeBack();
    else idle.lost();
    joining.follow(status);
    showGone(status);
    showState(state);
  },
  onElsewhere: forgetResume,
});
const subscriptions = createSubscriptions(connection.send, (name) => {
  delete state.channels[name];
  stage.redraw();
});
subscriptions.want("page", CHANNELS);
const inside = createRoom(connection, (names) => subscriptions.want("console", names));
Object.assign(window, { room: inside.room });
const exhibit = bindExhibit(byId("fluid"), state, (names) => subscriptions.want("exhibit", names));
const plots = makePlots(byId("plots-panel"), state, (names) => subscriptions.want("plots", names));
const chat = bindChat(state, connection.request, (names) => subscriptions.want("chat", names));
const closeDrawers = bindDrawers({
  exhibits: bindExhibits(), drawer: () => {}, plots: plots.show, chat: chat.show,
});
followKeyboard();
setInterval(showNumbers(), FIGURES_MS);

/** @param {Record<string, any>} message */
function receive(message) {
  if (message.type === "channel" && !subscriptions.hears(message.name)) return; // a late one
  apply(state, message);
  inside.receive(message);
  if (message.type === "channel") {
    plots.add(message.name, message.value);
    exhibit.show(message.name, message.value);
    toolbar.showUseful();
    if (ON_FLUID.includes(message.name)) stage.redraw();
  }
  if (message.type === "notice") showNotice(message);
  idle.receive(message);
  lock.receive(message);
  joining.receive(message);
  chat.receive(message);
  // Until we are let in, the page's status or the question for the code tells what is wrong.
  if (message.type === "error" && state.status === "open") toast(message.message, "warning");
  if (message.type === "welcome") {
    keepResume(message.you.resume);
    byId("favicon").setAttribute("color", message.you.colour);
  }
  if (["welcome", "state", "visitors"].includes(message.type)) {
    if (message.type === "welcome") {
      buildOnce();
      pictures.ask();
    }
    showState(state);
    showControls();
    exhibit.set();
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
    restart: () => connection.request("do", { action: "reset", args: {} }),
    view(name) {
      state.view = name;
      connection.send("view", { name });
    },
    looked: stage.redraw,
    complain: (text) => toast(text, "warning"),
  });
  exhibit.begin();
  toolbar.build();
  plots.begin();
}

/** For whoever comes next: the first page, with nothing open, chosen or written. */
function tidy() {
  const home = locked()?.home;
  if (home && home !== location.pathname + location.search) {
    location.replace(home);
    return;
  }
  for (const sheet of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (sheet).close();
  }
  for (const form of document.forms) form.reset();
  closeDrawers();
  state.view = state.model?.views[0]?.name ?? "";
  if (state.view) connection.send("view", { name: state.view });
  state.palette = forgetPalette();
  hint.again();
  declared = "";
  buildOnce();
  showControls();
  stage.redraw();
}

/** The server may have forgotten what this page wanted to see and where it touches. */
function comeBack() {
  subscriptions.begin(Object.keys(state.model?.channels ?? {}));
  if (state.view) connection.send("view", { name: state.view });
  fingers.resend();
  chat.begin();
}

/** @param {import("./connection.js").Status} status */
function showGone(status) {
  if (status === "closed") {
    tellGone("This room is closed", "The operator has closed it. You can come back to a new one.");
    // Nobody may be there to press a button in the hall.
    if (state.you?.role === "kiosk") setTimeout(connection.retry, KIOSK_RETURN_MS);
  } else if (status === "left") {
    tellGone("You have left", "Thank you for stirring.");
  } else {
    tellGone("", "");
  }
}

/** @param {string} action @param {Record<string, number>} [args] */
function act(action, args = {}) {
  connection.request("do", { action, args }).catch((fault) => toast(fault.message, "warning"));
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
