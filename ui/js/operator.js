// @ts-check
/** The operator's page: log in by PIN, see how the rooms do, end the exhibit. */
import { connect } from "./connection.js";
import { adoptFragment, credentials, keepResume } from "./credentials.js";
import { byId, make, setText } from "./dom.js";
import { lockPage, returnHome } from "./locked.js";
import { fetchModels, socketUrl, url } from "./urls.js";

const HEALTH_MS = 2000;
/** @type {Record<string, string>} */
const STATUS = { connecting: "Connecting …", open: "", reconnecting: "Reconnecting …" };

/** What an operator's HTTP requests carry; gone with the page. */
let key = "";
let ended = false;
/** @type {Map<string, string>} */
let titles = new Map();

adoptFragment();
lockPage();
returnHome();
const connection = connect({
  url: socketUrl(),
  hello: () => credentials(),
  onFrame: () => {},
  onMessage(message) {
    if (message.type === "welcome") keepResume(message.you.resume);
  },
  onStatus(status, reason) {
    document.documentElement.dataset.connected = String(status === "open");
    setText(byId("connection"), ended ? "The exhibit has ended." : (STATUS[status] ?? reason));
  },
  onElsewhere: () => {},
});

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const pin = /** @type {HTMLInputElement} */ (byId("pin"));
  setText(byId("fault"), "");
  try {
    const granted = await connection.request("login", { pin: pin.value });
    keepResume(granted.resume);
    key = granted.key;
    byId("login").hidden = true;
    byId("console").hidden = false;
    watchHealth();
  } catch (fault) {
    complain(fault);
  }
  pin.value = "";
});

byId("quit").addEventListener("click", () => confirmQuit(true));
byId("quit-not").addEventListener("click", () => confirmQuit(false));
byId("quit-sure").addEventListener("click", async () => {
  const request = { method: "POST", headers: { Authorization: `Bearer ${key}` } };
  try {
    const answer = await fetch(url("quit"), request);
    if (!answer.ok) throw new Error(await answer.text());
    ended = true;
    byId("console").hidden = true;
    setText(byId("connection"), "The exhibit has ended.");
  } catch (fault) {
    complain(fault);
  }
});

/** @param {boolean} asking */
function confirmQuit(asking) {
  byId("confirm").hidden = !asking;
  byId("quit").hidden = asking;
}

/** @param {unknown} fault */
function complain(fault) {
  setText(byId("fault"), fault instanceof Error ? fault.message : String(fault));
}

/** @returns {Promise<Map<string, string>>} what visitors call each model */
async function modelTitles() {
  return new Map((await fetchModels()).map(({ name, title }) => [name, title]));
}

async function watchHealth() {
  try {
    const health = await (await fetch(url("healthz"))).json();
    setText(byId("version"), `Version ${health.version}`);
    if (titles.size === 0) titles = await modelTitles();
    byId("rooms").replaceChildren(...health.rooms.map(makeRoom));
    if (health.rooms.length === 0) byId("rooms").textContent = "No room runs now.";
    setText(byId("fault"), "");
  } catch {
    if (!ended) setText(byId("fault"), "The exhibit does not say how it is.");
  }
  if (!ended) setTimeout(watchHealth, HEALTH_MS);
}

/** @param {Record<string, any>} room  of /healthz */
function makeRoom(room) {
  /** @type {[string, string][]} */
  const figures = [
    ["visitors", String(room.visitors)],
    ["frames/s", room.fps.toFixed(0)],
    ["steps/s", room.steps_per_s.toFixed(0)],
    ["simulated time", room.sim_time.toFixed(0)],
    ["restarts", String(room.restarts)],
  ];
  const list = make("dl", { class: "numbers" });
  for (const [name, value] of figures) {
    list.append(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
  }
  const trips = make("ul", { class: "trips" });
  for (const [name, ms] of Object.entries(room.round_trips_ms)) {
    const text = typeof ms === "number" ? `${ms.toFixed(1)} ms` : "–";
    trips.append(make("li", {}, make("span", {}, name), make("span", {}, text)));
  }
  const model = titles.get(room.model) ?? room.model;
  const title = room.name === room.model ? model : `${room.name} (${model})`;
  return make("article", {}, make("h3", {}, title), list, trips);
}
