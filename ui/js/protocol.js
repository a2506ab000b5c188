// @ts-check
/**
 * The mirror of app/protocol: which messages there are, and how a frame is laid out.
 *
 * tests/golden holds this module and the Python one to the same bytes.
 *
 * @typedef {boolean | number | string} Scalar
 * @typedef {{id: number, name: string, colour: string, role: string}} Visitor
 * @typedef {Visitor & {resume: string}} You
 * @typedef {{running: boolean, params: Record<string, Scalar>, sim_time: number}} RoomState
 * @typedef {object} View
 * @property {string} name
 * @property {string} label
 * @property {string} unit
 * @property {boolean} smooth
 * @property {boolean} cyclic
 * @property {boolean} marks_vortices  its frames carry them
 *
 * @typedef {object} Parameter  one declaration of models/parameters.py
 * @property {"float" | "int" | "bool" | "choice" | "text"} kind
 * @property {string} name
 * @property {Scalar} default
 * @property {string} label
 * @property {string} help
 * @property {string} unit
 * @property {string} group
 * @property {boolean} rebuild
 * @property {number} [low]
 * @property {number} [high]
 * @property {number} [step]
 * @property {"linear" | "log"} [scale]
 * @property {string[]} [options]
 *
 * @typedef {{name: string, label: string, help: string, takes_place: boolean, args: Parameter[]}}
 *   Tool  an action of the model's own
 *
 * @typedef {object} Model  an entry of GET /api/models
 * @property {string} name
 * @property {string} title
 * @property {string} summary
 * @property {string} about  safe HTML, made by the server
 * @property {boolean} grid
 * @property {string} display  what is shown without one: see exhibits/choose.js
 * @property {Parameter[]} parameters
 * @property {Record<string, string>} actions
 * @property {Tool[]} tools
 * @property {View[]} views
 * @property {("trap" | "density")[]} pictures  what an upload may become
 * @property {Record<string, string>} channels  live values: name to help
 * @property {Parameter[]} feed  of which parts a state consists that a program may post
 * @property {{name: string, params: Record<string, Scalar>}[]} presets
 * @property {{name: string, ops: string[], help?: string}[]} exposed  what `rpc` may be about
 *
 * @typedef {object} Line  what somebody said
 * @property {string | null} room  null: to everybody
 * @property {number} from  a visitor's id
 * @property {string} name
 * @property {string} colour
 * @property {string} text
 * @property {number} count  how many lines it makes of theirs
 * @property {number} at  Unix time
 *
 * @typedef {{x: number, y: number}} Point  fractions of the box, y up
 * @typedef {{visitor: number, touch: number, down: boolean, pointer: Point, potential: Point}}
 *   FingerMark
 * @typedef {{x: number, y: number, sign: number}} VortexMark
 *
 * @typedef {object} Frame
 * @property {number} encoding  JPEG or RAW
 * @property {number} nx
 * @property {number} ny
 * @property {number} seq
 * @property {number} time
 * @property {number} lo  the value of grey level 0
 * @property {number} hi  the value of grey level 255
 * @property {number} view  which of the model's views
 * @property {FingerMark[]} fingers
 * @property {Uint16Array} tracers  x0, y0, x1, y1, ... in fractions of the box times FULL
 * @property {VortexMark[]} vortices
 * @property {Uint8Array} picture  row 0 is the largest y
 */

export const PROTOCOL = 1;
export const JPEG = 1;
export const RAW = 2;
export const FULL = 65535;
/** No visitor's: the finger of a kiosk at which nobody is. */
export const GHOST_TOUCH = 255;
const VERSION = 1;
const HEADER_BYTES = 34;
const FINGER_BYTES = 14;
const TRACER_BYTES = 4;
const VORTEX_BYTES = 6;
const FINGER_DOWN = 1;

/**
 * Each message's required fields and, with their defaults, the optional ones.
 *
 * @typedef {{required: string[], optional: Record<string, any>}} Declaration
 * @type {Record<string, Declaration>}
 */
export const CLIENT_MESSAGES = {
  hello: {
    required: ["protocol"],
    optional: {
      room: null, model: null, name: null, token: null, resume: null, accept: ["jpeg"],
      queue: false,
    },
  },
  login: { required: ["pin"], optional: {} },
  set: { required: ["params"], optional: {} },
  do: { required: ["action"], optional: { args: {} } },
  view: { required: ["name"], optional: {} },
  finger: { required: ["touch", "x", "y"], optional: { down: true } },
  ack: { required: ["seq"], optional: {} },
  ping: { required: ["t"], optional: { rtt: null } },
  here: { required: [], optional: {} },
  channels: { required: [], optional: {} },
  subscribe: { required: ["names"], optional: {} },
  unsubscribe: { required: ["names"], optional: {} },
  echo: { required: ["data"], optional: {} },
  say: { required: ["text"], optional: { room: null } },
  broadcast: { required: ["text"], optional: {} },
  join: { required: ["room"], optional: {} },
  leave: { required: ["room"], optional: {} },
  rooms: { required: [], optional: {} },
  close_room: { required: ["room"], optional: {} },
  mute: { required: [], optional: { muted: true, visitor: null, room: null } },
  bye: { required: [], optional: {} },
  rpc: { required: ["op", "target"], optional: { args: [], kwargs: {} } },
};

/** @type {Record<string, Declaration>} */
export const SERVER_MESSAGES = {
  welcome: { required: ["you", "room", "model", "state", "visitors"], optional: {} },
  role: { required: ["role", "key", "resume"], optional: {} },
  state: { required: ["running", "sim_time"], optional: { params: {}, by: null, action: null } },
  pong: { required: ["t"], optional: {} },
  channels: { required: ["names", "subscribed"], optional: {} },
  channel: { required: ["name", "value"], optional: {} },
  reply: { required: ["value"], optional: {} },
  visitors: { required: ["joined", "left", "list"], optional: {} },
  notice: { required: ["level", "text"], optional: { until: null, topic: null } },
  queue: { required: ["place", "of"], optional: {} },
  invitation: { required: [], optional: { url: "", address: "", name: "", code: "", svg: "" } },
  locked: { required: ["locked"], optional: {} },
  idle: { required: ["phase", "left_s"], optional: {} },
  error: { required: ["code", "message"], optional: {} },
  echoed: { required: ["data"], optional: {} },
  said: {
    required: ["room", "from", "name", "colour", "text", "count", "at"],
    optional: {},
  },
  rooms: { required: ["names", "muted", "you_muted"], optional: {} },
  lines: { required: ["room", "lines"], optional: {} },
  closed: { required: ["room", "by"], optional: {} },
  muted: { required: ["muted", "visitor", "room", "by"], optional: {} },
  bye: { required: [], optional: {} },
};

/** Bytes or text that are not of this version of the contract. */
export class ProtocolError extends Error {}

/**
 * A client message, ready for JSON. Throws ProtocolError for one the server would not know.
 *
 * @param {string} type
 * @param {Record<string, any>} fields  `id` among them if an answer is wanted
 * @returns {Record<string, any>}
 */
export function buildMessage(type, fields) {
  const declared = CLIENT_MESSAGES[type];
  if (!declared) throw new ProtocolError(`no client message ${type}`);
  const missing = declared.required.filter((name) => fields[name] === undefined);
  if (missing.length) throw new ProtocolError(`${type} needs ${missing.join(", ")}`);
  const known = ["id", ...declared.required, ...Object.keys(declared.optional)];
  const unknown = Object.keys(fields).filter((name) => !known.includes(name));
  if (unknown.length) throw new ProtocolError(`${type} has no ${unknown.join(", ")}`);
  return { type, ...fields };
}

/**
 * The server message in `text`, with its defaults filled in; null for a type that a newer server
 * may send and this page does not know. Throws ProtocolError for anything else.
 *
 * @param {string} text
 * @returns {Record<string, any> | null}
 */
export function parseMessage(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError("a message is a JSON object");
  }
  if (typeof message?.type !== "string") throw new ProtocolError("a message has a type");
  if (!Object.hasOwn(SERVER_MESSAGES, message.type)) return null;
  const { required, optional } = SERVER_MESSAGES[message.type];
  const missing = required.filter((name) => !(name in message));
  if (missing.length) throw new ProtocolError(`${message.type} lacks ${missing.join(", ")}`);
  return { ...optional, ...message };
}

/**
 * The frame in `buffer`. Throws ProtocolError for anything else.
 *
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function parseFrame(buffer) {
  if (buffer.byteLength < HEADER_BYTES) throw new ProtocolError("a frame that is cut short");
  const data = new DataView(buffer);
  const magic = String.fromCharCode(data.getUint8(0), data.getUint8(1));
  if (magic !== "VF" || data.getUint8(2) !== VERSION) {
    throw new ProtocolError(`not a frame of version ${VERSION}`);
  }
  const encoding = data.getUint8(3);
  const [nx, ny] = [data.getUint16(4, true), data.getUint16(6, true)];
  const counts = [data.getUint8(29), data.getUint16(30, true), data.getUint16(32, true)];
  const tracersAt = HEADER_BYTES + counts[0] * FINGER_BYTES;
  const vorticesAt = tracersAt + counts[1] * TRACER_BYTES;
  const pictureAt = vorticesAt + counts[2] * VORTEX_BYTES;
  const rest = buffer.byteLength - pictureAt;
  if (rest < 0 || (encoding === RAW && rest !== nx * ny)) {
    throw new ProtocolError("a frame that is cut short or too long");
  }
  return {
    encoding,
    nx,
    ny,
    seq: data.getUint32(8, true),
    time: data.getFloat64(12, true),
    lo: data.getFloat32(20, true),
    hi: data.getFloat32(24, true),
    view: data.getUint8(28),
    fingers: Array.from({ length: counts[0] }, (_, i) =>
      fingerAt(data, HEADER_BYTES + i * FINGER_BYTES),
    ),
    // Every part before has an even length, so the view is aligned; all browsers are little-endian.
    tracers: new Uint16Array(buffer, tracersAt, 2 * counts[1]),
    vortices: Array.from({ length: counts[2] }, (_, i) => {
      const at = vorticesAt + i * VORTEX_BYTES;
      return { ...pointAt(data, at), sign: data.getInt16(at + 4, true) };
    }),
    picture: new Uint8Array(buffer, pictureAt),
  };
}

/** @param {DataView} data @param {number} at @returns {FingerMark} */
function fingerAt(data, at) {
  return {
    visitor: data.getUint32(at, true),
    touch: data.getUint8(at + 4),
    down: (data.getUint8(at + 5) & FINGER_DOWN) !== 0,
    pointer: pointAt(data, at + 6),
    potential: pointAt(data, at + 10),
  };
}

/** @param {DataView} data @param {number} at @returns {Point} */
function pointAt(data, at) {
  return { x: data.getUint16(at, true) / FULL, y: data.getUint16(at + 2, true) / FULL };
}
