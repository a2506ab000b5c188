// @ts-check
/**
 * One WebSocket to the room that comes back by itself: quick tries first, then slower ones, each
 * as the same visitor. Frames go to `onFrame` as bytes, messages to `onMessage` as objects.
 */
import { PROTOCOL, buildMessage, parseMessage } from "./protocol.js";

const FIRST_RETRY_MS = 150;
const LAST_RETRY_MS = 4000;
const MANY_TRIES = 10;
const PING_MS = 2000;
const SILENCE_MS = 7000;
const REPLY_MS = 5000;
const ROUND_TRIPS = 30;

/** The server closes so when the same visitor has come in by another connection. */
const ELSEWHERE = 1000;
/** A refused hello that only another token mends. */
const NEEDS_CODE = ["forbidden", "too_fast"];
/** What may be sent from the line before a full room. */
const IN_LINE = ["ping", "login", "bye"];

/** The server's `error`, or a reply that never came. */
export class RequestError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @typedef {"connecting" | "open" | "reconnecting" | "refused" | "code needed" | "queued" | Ended} Status
 * @typedef {"closed" | "left"} Ended  by the operator, or as this page asked: it stays away
 *
 * @typedef {object} Connection
 * @property {(type: string, fields?: Record<string, any>) => boolean} send  false: not connected
 * @property {(type: string, fields?: Record<string, any>, patienceMs?: number) =>
 *   Promise<Record<string, any>>} request
 * @property {() => void} retry  try now, with what `hello` says now
 * @property {() => void} close  for good
 * @property {() => number | null} roundTrip  mean of the last 30, ms
 */

/**
 * @param {object} options
 * @param {string} options.url
 * @param {() => Record<string, any>} options.hello  fields beyond the protocol's number
 * @param {(message: Record<string, any>) => void} options.onMessage
 * @param {(buffer: ArrayBuffer) => void} options.onFrame
 * @param {(status: Status, reason: string) => void} options.onStatus
 * @param {() => void} options.onElsewhere  this visitor came in by another tab: be a new one here
 * @returns {Connection}
 */
export function connect({ url, hello, onMessage, onFrame, onStatus, onElsewhere }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let welcomed = false;
  let queued = false;
  let tries = 0;
  let heardAt = 0;
  let nextId = 1;
  /** @type {Record<string, any> | null} */
  let refusal = null;
  let room = "";
  /** @type {Ended | null} */
  let ended = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retryTimer;
  /** @type {number[]} */
  const roundTrips = [];
  /** @type {Map<number, {resolve: (message: any) => void, reject: (fault: Error) => void}>} */
  const pending = new Map();

  function open() {
    clearTimeout(retryTimer);
    refusal = ended = null;
    heardAt = performance.now();
    const opened = new WebSocket(url);
    opened.binaryType = "arraybuffer";
    opened.onopen = () => {
      opened.send(JSON.stringify(buildMessage("hello", { protocol: PROTOCOL, ...hello() })));
    };
    opened.onmessage = ({ data }) => {
      if (opened !== socket) return;
      heardAt = performance.now();
      if (data instanceof ArrayBuffer) onFrame(data);
      else receive(data);
    };
    opened.onclose = ({ code }) => {
      if (opened !== socket) return;
      if (welcomed && !ended && code === ELSEWHERE) onElsewhere();
      lost();
    };
    socket = opened;
  }

  /** @param {string} text */
  function receive(text) {
    const message = parseMessage(text);
    if (message === null) return;
    if (message.type === "welcome") {
      welcomed = true;
      queued = false;
      tries = 0;
      room = message.room;
      onMessage(message);
      onStatus("open", "");
      ping();
      return;
    }
    if (message.type === "queue" && !welcomed) {
      queued = true;
      tries = 0;
      onMessage(message);
      onStatus("queued", "");
      return;
    }
    if (message.type === "pong") {
      roundTrips.push(performance.now() - message.t);
      if (roundTrips.length > ROUND_TRIPS) roundTrips.shift();
    }
    if (message.type === "error" && !welcomed) refusal = message;
    if (message.type === "closed" && message.room === room) ended = "closed";
    if (message.type === "bye") ended = "left";
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if (waiting && message.type === "error") {
      waiting.reject(new RequestError(message.code, message.message));
      return;
    }
    waiting?.resolve(message);
    onMessage(message);
  }

  function close() {
    clearInterval(watching);
    removeEventListener("online", retryWhenOnline);
    document.removeEventListener("visibilitychange", retryWhenSeen);
    clearTimeout(retryTimer);
    const closing = socket;
    forget();
    closing?.close();
  }

  function forget() {
    socket = null;
    welcomed = queued = false;
    roundTrips.length = 0;
    for (const { reject } of pending.values()) {
      reject(new RequestError("disconnected", "the exhibit is out of reach"));
    }
    pending.clear();
  }

  function lost() {
    forget();
    if (ended) {
      onStatus(ended, "");
      return;
    }
    if (refusal && NEEDS_CODE.includes(refusal.code)) {
      onStatus("code needed", refusal.message);
      return;
    }
    if (refusal) {
      tries = MANY_TRIES;
      onStatus("refused", refusal.message);
    } else {
      onStatus("reconnecting", "");
    }
    const pause = Math.min(FIRST_RETRY_MS * 1.6 ** tries, LAST_RETRY_MS);
    tries += 1;
    retryTimer = setTimeout(open, pause * (0.75 + 0.5 * Math.random()));
  }

  /** A dead link may not say so for minutes: silence ends it. */
  function watch() {
    if (socket && performance.now() - heardAt > SILENCE_MS) {
      const silent = socket;
      lost();
      silent.close();
    } else {
      ping();
    }
  }

  function ping() {
    const rtt = roundTrips.at(-1);
    send("ping", { t: performance.now(), ...(rtt === undefined ? {} : { rtt }) });
  }

  /** @type {Connection["send"]} */
  function send(type, fields = {}) {
    const allowed = welcomed || (queued && IN_LINE.includes(type));
    if (!allowed || socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(buildMessage(type, fields)));
    return true;
  }

  /** @type {Connection["request"]} */
  function request(type, fields = {}, patienceMs = REPLY_MS) {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      if (!send(type, { ...fields, id })) {
        reject(new RequestError("disconnected", "the exhibit is out of reach"));
        return;
      }
      pending.set(id, { resolve, reject });
      setTimeout(() => {
        if (pending.delete(id)) reject(new RequestError("no_answer", "the exhibit did not answer"));
      }, patienceMs);
    });
  }

  function retry() {
    if (socket === null) open();
  }

  function retryWhenOnline() {
    if (!ended) retry();
  }

  function retryWhenSeen() {
    if (!document.hidden && !refusal && !ended && tries > 0) retry();
  }

  onStatus("connecting", "");
  open();
  const watching = setInterval(watch, PING_MS);
  addEventListener("online", retryWhenOnline);
  document.addEventListener("visibilitychange", retryWhenSeen);
  return {
    send,
    request,
    retry,
    close,
    roundTrip: () =>
      roundTrips.length ? roundTrips.reduce((sum, ms) => sum + ms) / roundTrips.length : null,
  };
}

