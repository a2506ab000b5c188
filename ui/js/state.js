// @ts-check
/**
 * All that the page knows, in one plain object, and how a server message changes it.
 *
 * @typedef {import("./protocol.js").Scalar} Scalar
 *
 * @typedef {object} State
 * @property {import("./connection.js").Status} status
 * @property {string} reason  why the server refused us
 * @property {import("./protocol.js").You | null} you
 * @property {string} room
 * @property {import("./protocol.js").Model | null} model
 * @property {boolean} running
 * @property {Record<string, Scalar>} params
 * @property {import("./protocol.js").Visitor[]} visitors
 * @property {Record<string, any>} channels  the newest value of each
 * @property {string} view  what this page asked for
 * @property {string} tool  what a touch does; "": it stirs
 * @property {string} palette
 * @property {import("./decoder.js").Picture | null} picture  the newest
 */

/** @returns {State} */
export function initialState() {
  return {
    status: "connecting",
    reason: "",
    you: null,
    room: "",
    model: null,
    running: false,
    params: {},
    visitors: [],
    channels: {},
    view: "",
    tool: "",
    palette: "",
    picture: null,
  };
}

/** @param {State} state @param {Record<string, any>} message */
export function apply(state, message) {
  switch (message.type) {
    case "welcome":
      state.you = message.you;
      state.room = message.room;
      state.model = message.model;
      state.running = message.state.running;
      state.params = message.state.params;
      state.visitors = message.visitors;
      if (!message.model.views.some((/** @type {any} */ view) => view.name === state.view)) {
        state.view = message.model.views[0]?.name ?? "";
      }
      break;
    case "state":
      state.running = message.running;
      Object.assign(state.params, message.params);
      break;
    case "visitors":
      state.visitors = message.list;
      break;
    case "channel":
      state.channels[message.name] = message.value;
      break;
  }
}

/** Which of the model's views the newest picture shows. @param {State} state */
export function shownView(state) {
  return state.model?.views[state.picture?.frame.view ?? 0];
}

/**
 * Of which kind the newest picture's values are. A scale with zero in its middle is one of values
 * that may be of either sign.
 *
 * @param {State} state
 * @returns {import("./render/palette.js").Kind}
 */
export function shownKind(state) {
  if (shownView(state)?.cyclic) return "cyclic";
  const frame = state.picture?.frame;
  return frame && frame.hi > 0 && frame.lo === -frame.hi ? "signed" : "linear";
}
