// @ts-check
/** The operator's page: log in by PIN, see how everything is, and look after it. */
import { locked } from "./credentials.js";
import { byId, setText } from "./dom.js";
import { lockPage, returnHome } from "./locked.js";
import { createConsole } from "./operator/console.js";
import { makePad } from "./operator/pad.js";
import { makeRooms } from "./operator/rooms.js";
import { makeSureButton } from "./operator/sure.js";
import { url } from "./urls.js";

const REPORT_MS = 1500;
/** Whoever goes away without a word is logged out. */
const FORGET_MS = 5 * 60_000;

lockPage();
returnHome();
const pin = /** @type {HTMLInputElement} */ (byId("pin"));
const announcement = /** @type {HTMLInputElement} */ (byId("announcement"));
const back = /** @type {HTMLAnchorElement} */ (byId("back"));
back.href = locked()?.home ?? url("");
const operator = createConsole();
const rooms = makeRooms(byId("rooms"), act, operator.visit);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let forgetting;
let over = "";

byId("pad").append(...makePad(pin));
byId("acts").append(
  makeSureButton("Let everybody in again", () => act({ act: "pardon" })),
  makeSureButton("Start everything again", () => act({ act: "restart_all" }), "danger"),
  makeSureButton("End the exhibit", async () => {
    over = "The exhibit has ended.";
    if (!(await act({ act: "quit" }))) over = "";
  }, "danger"),
);

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const entered = pin.value;
  pin.value = "";
  try {
    await operator.login(entered);
    complain("");
    open(true);
    report();
  } catch (fault) {
    complain(fault);
  }
});
byId("log-out").addEventListener("click", logOut);
byId("announce").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await act({ act: "announce", text: announcement.value })) announcement.value = "";
});
for (const name of ["pointerdown", "keydown"]) addEventListener(name, forgetLater, true);

/** @param {Record<string, unknown>} request @returns {Promise<boolean>} was it done? */
async function act(request) {
  try {
    await operator.act(request);
    complain("");
    await show();
    return true;
  } catch (fault) {
    complain(fault);
    return false;
  }
}

async function report() {
  while (operator.in) {
    if (!document.hidden) await show();
    await new Promise((done) => setTimeout(done, REPORT_MS));
  }
}

async function show() {
  try {
    const told = await operator.report();
    const met = `${told.visitors_ever} guests so far`;
    setText(byId("about"), `Version ${told.version} · up for ${duration(told.uptime_s)} · ${met}`);
    rooms.show(told.rooms);
    byId("no-rooms").hidden = told.rooms.length > 0;
    byId("guests").hidden = !told.guests.code;
    setText(byId("guests-address"), [told.guests.address, told.guests.name].filter(Boolean).join(" or "));
    setText(byId("guests-code"), told.guests.code);
    setText(byId("log"), told.log.join("\n") || "Nothing yet.");
    delete byId("console").dataset.stale;
  } catch {
    if (!operator.in) {
      logOut();
      complain("Please log in again.");
      return;
    }
    byId("console").dataset.stale = "true";
    setText(byId("about"), over || "The exhibit does not answer; trying again …");
    if (over) logOut();
  }
}

function logOut() {
  clearTimeout(forgetting);
  operator.logOut();
  rooms.show([]);
  open(false);
}

/** @param {boolean} console  or the question for the PIN? */
function open(console) {
  byId("login").hidden = console || over !== "";
  byId("console").hidden = !console;
  byId("log-out").hidden = !console;
  if (!console && !over) setText(byId("about"), "");
  forgetLater();
}

function forgetLater() {
  clearTimeout(forgetting);
  if (operator.in) forgetting = setTimeout(logOut, FORGET_MS);
}

/** @param {unknown} fault */
function complain(fault) {
  setText(byId("fault"), fault instanceof Error ? fault.message : String(fault));
}

/** @param {number} seconds */
function duration(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min`;
}
