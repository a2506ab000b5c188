// @ts-check
/** The chat: what visitors of this room, and of others that they join, write to each other. */
import { byId, make, setText } from "../dom.js";
import { makeSureButton } from "../operator/sure.js";
import { toast } from "../toasts.js";
import { fetchModels } from "../urls.js";
import { labelMute, makeLine } from "./line.js";
import { Rooms, rememberedRooms } from "./rooms.js";

const HEARTBEAT_S = 10;
const NEAR_END_PX = 80;

/**
 * @typedef {object} Chat
 * @property {(open: boolean) => void} show
 * @property {() => void} begin  on a new connection
 * @property {(message: Record<string, any>) => void} receive
 */

/**
 * @param {import("../state.js").State} state
 * @param {import("../connection.js").Connection["request"]} request
 * @param {(names: string[]) => void} want  these channels from now on
 * @returns {Chat}
 */
export function bindChat(state, request, want) {
  const rooms = new Rooms();
  const [opener, log] = [byId("open-chat"), byId("chat-lines")];
  const text = /** @type {HTMLInputElement} */ (byId("chat-text"));
  const other = /** @type {HTMLInputElement} */ (byId("chat-other"));
  const everybody = /** @type {HTMLInputElement} */ (byId("chat-everybody"));
  /** @type {Map<string, string>} what visitors call each listed room */
  const titles = new Map();
  /** @type {Set<number>} as far as this page was told */
  const mutedVisitors = new Set();
  /** @type {unknown[]} the lines in the log */
  let drawn = [];
  /** Is the newest line in sight? So it stays when lines come, or other things take room. */
  let atEnd = true;
  let open = false;
  let greeted = 0;

  /** @param {string} name */
  const titleOf = (name) => titles.get(name) ?? name;
  const isOperator = () => state.you?.role === "operator";

  /** @param {string} type @param {Record<string, any>} fields */
  async function ask(type, fields) {
    try {
      return await request(type, fields);
    } catch (fault) {
      toast(fault instanceof Error ? fault.message : String(fault), "warning");
      return null;
    }
  }

  async function begin() {
    if (state.model) titles.set(state.room, state.model.title);
    if (state.you?.id !== greeted) rooms.said = 0;
    greeted = state.you?.id ?? 0;
    try {
      const further = rememberedRooms().filter((name) => name !== state.room);
      await request("join", { room: state.room });
      opener.hidden = false;
      if (further.length) await learnTitles();
      for (const room of further) await ask("join", { room });
    } catch {
      opener.hidden = true; // it is off, or the connection is gone again
    }
    draw();
  }

  /** @param {Record<string, any>} message */
  function receive(message) {
    const me = state.you?.id;
    switch (message.type) {
      case "rooms":
        rooms.list(message);
        break;
      case "lines":
        rooms.recall(message);
        break;
      case "said":
        rooms.add(message, me);
        if (message.room === null) toast(message.text);
        break;
      case "muted":
        mute(message);
        break;
      case "closed":
        if (message.room === state.room || !rooms.all.has(message.room)) return;
        toast(`The operator has closed the room ${titleOf(message.room)}.`);
        request("rooms").catch(() => {});
        return;
      default:
        return;
    }
    if (open) rooms.read(rooms.shown);
    draw();
  }

  /** @param {Record<string, any>} message  the server's `muted` */
  function mute({ muted, visitor, room }) {
    const may = muted ? "may not write any more" : "may write again";
    if (visitor === state.you?.id) rooms.youMuted = muted;
    if (room === null) {
      if (muted) mutedVisitors.add(visitor);
      else mutedVisitors.delete(visitor);
      const who = state.visitors.find(({ id }) => id === visitor)?.name ?? "A visitor";
      const told = visitor === state.you?.id ? `You ${may}.` : `${who} ${may}.`;
      for (const name of rooms.all.keys()) rooms.put(name, told, false);
      return;
    }
    const found = rooms.all.get(room);
    if (!found) return;
    found.muted = muted;
    rooms.put(room, muted ? "Only the operator writes here now." : "All may write again.", false);
  }

  function draw() {
    const unread = rooms.unread;
    byId("chat-unread").hidden = unread === 0;
    setText(byId("chat-unread"), unread > 99 ? "99+" : String(unread));
    opener.setAttribute("aria-label", unread ? `Chat, ${unread} unread` : "Chat");
    if (!open) return;
    drawRooms();
    drawLines();
    drawForm();
  }

  function drawRooms() {
    const buttons = [...rooms.all].map(([name, { unread }]) => {
      const pressed = String(name === rooms.shown);
      const button = make(
        "button",
        { class: "button", type: "button", "aria-pressed": pressed, "data-room": name },
        make("span", {}, titleOf(name)),
      );
      if (unread) button.append(make("b", { class: "badge" }, String(unread)));
      button.addEventListener("click", () => choose(name));
      return button;
    });
    byId("chat-rooms").replaceChildren(...buttons);
    const leave = byId("chat-leave");
    leave.hidden = rooms.shown === state.room;
    setText(leave, `Leave ${titleOf(rooms.shown)}`);
    setText(byId("chat-mute"), rooms.all.get(rooms.shown)?.muted ? "Unmute room" : "Mute room");
    byId("chat-operator").hidden = !isOperator();
    byId("chat-bye").hidden = state.you?.role === "kiosk";
  }

  /** Only what is new is added: a log that is read aloud must not restart. */
  function drawLines() {
    const lines = rooms.all.get(rooms.shown)?.lines ?? [];
    const kept = drawn.length > 0 && drawn[0] === lines[0] ? drawn.length : 0;
    if (kept === 0) log.replaceChildren();
    const onMute = isOperator() ? muteVisitor : null;
    for (const line of lines.slice(kept)) log.append(makeLine(line, state.you?.id, onMute));
    drawn = lines;
    for (const button of log.querySelectorAll("button.mute")) {
      const speaker = Number(button.closest("[data-from]")?.getAttribute("data-from"));
      labelMute(/** @type {HTMLElement} */ (button), mutedVisitors.has(speaker));
    }
    if (atEnd || kept === 0) log.scrollTop = log.scrollHeight;
    const empty = byId("chat-empty");
    empty.hidden = lines.length > 0;
    setText(
      empty,
      `Hello, ${state.you?.name ?? ""}. Nobody has written in ${titleOf(rooms.shown)} yet.`,
    );
  }

  function drawForm() {
    const silent = rooms.youMuted || (rooms.all.get(rooms.shown)?.muted && !isOperator());
    text.disabled = Boolean(silent);
    text.placeholder = silent
      ? "The operator has stopped the chat"
      : `Write to all in ${titleOf(rooms.shown)}`;
    /** @type {HTMLButtonElement} */ (byId("chat-send")).disabled = Boolean(silent);
    const beats = state.channels.heartbeat;
    const minutes = typeof beats === "number" ? Math.floor((beats * HEARTBEAT_S) / 60) : 0;
    const lines = rooms.said === 1 ? "1 line" : `${rooms.said} lines`;
    setText(
      byId("chat-foot"),
      `${state.you?.name ?? ""} · ${lines} said · room open for ${minutes} min`,
    );
  }

  /** @param {string} name */
  function choose(name) {
    rooms.shown = name;
    rooms.read(name);
    drawn = [];
    draw();
  }

  /** @param {number} visitor @param {boolean} muted */
  function muteVisitor(visitor, muted) {
    ask("mute", { visitor, muted });
  }

  async function learnTitles() {
    if (titles.size < 2) for (const { name, title } of await fetchModels()) titles.set(name, title);
  }

  async function listOthers() {
    await learnTitles();
    const free = [...titles].filter(([name]) => !rooms.all.has(name));
    const options = free.map(([, title]) => make("option", { value: title }));
    byId("chat-known").replaceChildren(...options);
  }

  log.addEventListener("scroll", () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
  });
  new ResizeObserver(() => {
    if (atEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
  byId("chat-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (!said) return;
    const sent = everybody.checked && isOperator()
      ? await ask("broadcast", { text: said })
      : await ask("say", { text: said, room: rooms.shown });
    if (sent) text.value = "";
    everybody.checked = false;
  });
  byId("chat-join").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = other.value.trim();
    if (!wanted) return;
    const listed = [...titles].find(([, title]) => title.toLowerCase() === wanted.toLowerCase());
    const room = listed ? listed[0] : wanted;
    if (!(await ask("join", { room }))) return;
    other.value = "";
    more.open = false;
    choose(room);
  });
  byId("chat-leave").addEventListener("click", () => ask("leave", { room: rooms.shown }));
  byId("chat-mute").addEventListener("click", () => {
    ask("mute", { room: rooms.shown, muted: !rooms.all.get(rooms.shown)?.muted });
  });
  const close = () => ask("close_room", { room: rooms.shown });
  byId("chat-mute").after(makeSureButton("Close room", close, "danger"));
  byId("chat-bye").addEventListener("click", () => ask("bye", {}));
  const more = /** @type {HTMLDetailsElement} */ (byId("chat-more"));
  more.addEventListener("toggle", () => {
    if (more.open) listOthers().catch(() => {}); // names can be typed as well
  });

  return {
    begin,
    receive,
    show(shown) {
      open = shown;
      want(shown ? ["heartbeat"] : []);
      if (!shown) return;
      rooms.read(rooms.shown);
      draw();
      // A finger would get a keyboard over half of the screen, unasked.
      if (matchMedia("(pointer: fine)").matches) text.focus({ preventScroll: true });
    },
  };
}
