// @ts-check
/**
 * A room, for pages of your own and for the console of ours (where it is `room`):
 *
 *     import { join } from "/ui/js/client.js";
 *
 *     const room = await join("BEC");
 *     room.model.cooling = 0.01;                     // whatever the room exposes: set,
 *     console.log(await room.model.cooling);         // get,
 *     console.log(await room.model.energy());        // call,
 *     delete room.notes.mine;                        // delete
 *     room.subscribe("energy", (value) => console.log(value)); // at once and at each change
 *
 * A get or a call that the room refuses rejects with a RequestError, which has a `code`. What was
 * set or deleted and refused goes to `room.on("error", handler)`, and `await room.settled()` waits
 * until all of it is answered and throws the first refusal since it was asked last.
 */
import { RequestError, connect } from "./connection.js";
import { adoptFragment, credentials } from "./credentials.js";
import { parseFrame } from "./protocol.js";
import { remote } from "./remote.js";
import { createSubscriptions } from "./subscriptions.js";
import { socketUrl } from "./urls.js";

export { RequestError };

/** A slow call may take its time; that the server is lost is noticed otherwise. */
const CALL_MS = 60_000;

/**
 * @typedef {(value: any) => void} Handler
 *
 * @typedef {object} Room  and, by any other name, what the room exposes
 * @property {string} name
 * @property {import("./protocol.js").Visitor} you
 * @property {import("./protocol.js").Visitor[]} visitors
 * @property {() => Promise<string[]>} channels  their names
 * @property {(data: any) => Promise<any>} echo  the same data, back from the server
 * @property {(name: string, handler: Handler) => () => void} subscribe  returns what ends it
 * @property {(event: string, handler: Handler) => () => void} on  "visitors", "notice", "said",
 *   "state" and all other messages by their type; "frame"; "status"; "error". Returns what ends it
 * @property {() => Promise<void>} settled
 * @property {(target: string, args?: any[], kwargs?: Record<string, any>) => Promise<any>} call
 *   with arguments by name
 * @property {() => void} close  leave for good
 */

/**
 * Enter a room and stay in it: after an interruption as the same visitor, with all subscriptions.
 * Rejects with a RequestError if the exhibit does not let this page in.
 *
 * @param {string} name
 * @param {{model?: string, visitor?: string, token?: string}} [options]  the model, for a room
 *   that has to be made; what this visitor is called; the join code, where one is needed
 * @returns {Promise<any>}  a Room
 */
export function join(name, { model, visitor, token } = {}) {
  adoptFragment();
  const known = { room: name, model, name: visitor, token: token ?? credentials().token };
  /** @type {string | undefined} */
  let resume;
  /** @type {ReturnType<typeof createRoom> | undefined} */
  let inside;
  return new Promise((resolve, reject) => {
    const connection = connect({
      url: socketUrl(),
      hello: () => given({ ...known, resume }),
      onMessage(message) {
        if (["welcome", "role"].includes(message.type)) resume = message.resume ?? message.you.resume;
        inside?.receive(message);
        if (message.type !== "welcome") return;
        subscriptions.begin(Object.keys(message.model.channels));
        resolve(inside?.room);
      },
      onFrame(buffer) {
        // Who shows no frames does not acknowledge them, and hardly gets any.
        if (!inside?.hears("frame")) return;
        const frame = parseFrame(buffer);
        inside.emit("frame", frame);
        connection.send("ack", { seq: frame.seq });
      },
      onStatus(status, reason) {
        inside?.emit("status", { status, reason });
        if (resume !== undefined || !["refused", "code needed"].includes(status)) return;
        connection.close();
        reject(new RequestError("refused", reason));
      },
      onElsewhere: () => (resume = undefined),
    });
    const subscriptions = createSubscriptions(connection.send, () => {});
    inside = createRoom(connection, (names) => subscriptions.want("room", names));
  });
}

/**
 * A room on a connection that another module owns and whose messages that module hands on.
 *
 * @param {import("./connection.js").Connection} connection
 * @param {(names: string[]) => void} want  all channels that are heard from now on
 */
export function createRoom(connection, want) {
  /** @type {Map<string, Set<Handler>>} */
  const handlers = new Map();
  /** @type {Map<string, Set<Handler>>} */
  const listeners = new Map();
  /** @type {Map<string, any>} */
  const values = new Map();
  /** @type {Set<Promise<void>>} */
  const underWay = new Set();
  /** @type {RequestError | null} */
  let refusal = null;
  /** @type {Record<string, any>} */
  let welcome = {};

  /** @type {import("./remote.js").Ask} */
  async function ask(op, target, args = [], kwargs = {}) {
    const fields = { op, target, args, kwargs };
    return (await connection.request("rpc", fields, CALL_MS)).value;
  }

  /** @param {import("./remote.js").Op} op @param {string} target @param {any[]} [args] */
  function tell(op, target, args) {
    const done = ask(op, target, args)
      .catch((fault) => {
        refusal ??= fault;
        if (!emit("error", fault)) console.warn(`${op} ${target}: ${fault.message}`);
      })
      .finally(() => underWay.delete(done));
    underWay.add(done);
  }

  /** @param {string} event @param {any} value @returns {boolean}  has anybody heard it? */
  function emit(event, value) {
    tellAll(handlers.get(event), value);
    return handlers.has(event);
  }

  /** @param {Record<string, any>} message */
  function receive(message) {
    if (message.type === "welcome") welcome = message;
    if (message.type === "visitors") welcome.visitors = message.list;
    if (message.type === "role") welcome.you = { ...welcome.you, role: message.role };
    if (message.type === "channel" && listeners.has(message.name)) {
      values.set(message.name, message.value);
      tellAll(listeners.get(message.name), message.value);
    }
    const { type, code, message: text } = message;
    emit(type, type === "error" ? new RequestError(code, text) : message);
  }

  const own = {
    get name() {
      return welcome.room;
    },
    get you() {
      return welcome.you;
    },
    get visitors() {
      return welcome.visitors;
    },
    /** @param {any} data  any JSON */
    async echo(data) {
      return (await connection.request("echo", { data })).data;
    },
    async channels() {
      return (await connection.request("channels")).names;
    },
    /** @param {string} name @param {Handler} handler */
    subscribe(name, handler) {
      const known = Object.keys(welcome.model?.channels ?? {});
      if (!known.includes(name)) {
        throw new RequestError("bad_value", `no channel ${name}; there are ${known.join(", ")}`);
      }
      const stop = add(listeners, name, handler, () => {
        values.delete(name);
        want([...listeners.keys()]);
      });
      if (values.has(name)) {
        queueMicrotask(() => listeners.get(name)?.has(handler) && handler(values.get(name)));
      } else {
        want([...listeners.keys()]);
      }
      return stop;
    },
    /** @param {string} event @param {Handler} handler */
    on: (event, handler) => add(handlers, event, handler, () => {}),
    async settled() {
      while (underWay.size) await Promise.all(underWay);
      const first = refusal;
      refusal = null;
      if (first) throw first;
    },
    /** @param {string} target @param {any[]} [args] @param {Record<string, any>} [kwargs] */
    call: (target, args, kwargs) => ask("call", target, args, kwargs),
    close: connection.close,
    // Or `await join(...)` would take the room itself for a promise.
    // biome-ignore lint/suspicious/noThenProperty: it says that there is none
    then: undefined,
  };
  const room = new Proxy(own, {
    get: (_, word) =>
      typeof word === "symbol" || word in own ? Reflect.get(own, word) : remote([word], ask, tell),
    set: () => false,
    deleteProperty: () => false,
  });
  return { room, receive, emit, hears: (/** @type {string} */ event) => handlers.has(event) };
}

/** @param {Record<string, any>} fields @returns {Record<string, any>}  those that have a value */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @param {Set<Handler> | undefined} handlers @param {any} value */
function tellAll(handlers, value) {
  for (const handler of handlers ?? []) {
    try {
      handler(value);
    } catch (fault) {
      // One handler's mistake is shown, and is no other's.
      reportError(fault);
    }
  }
}

/**
 * @param {Map<string, Set<Handler>>} all
 * @param {string} name
 * @param {Handler} handler
 * @param {() => void} last  called when nobody is left under that name
 * @returns {() => void}  takes it out again
 */
function add(all, name, handler, last) {
  const some = all.get(name) ?? new Set();
  all.set(name, some.add(handler));
  return () => {
    if (!some.delete(handler) || some.size) return;
    all.delete(name);
    last();
  };
}
