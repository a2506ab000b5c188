// @ts-check
/** Where things are, told from where this module came from: a base path may stand before all. */

const ROOT = new URL("../../", import.meta.url);

/** @param {string} path  relative to the exhibit's root @returns {string} */
export function url(path) {
  return new URL(path, ROOT).href;
}

/** @returns {string} */
export function socketUrl() {
  return url("ws").replace(/^http/, "ws");
}

/** @param {string} name @returns {string} */
export function modelUrl(name) {
  return url(`models/${encodeURIComponent(name)}`);
}

/** @param {string} name @returns {string} */
export function thumbnailUrl(name) {
  return url(`api/models/${encodeURIComponent(name)}/thumbnail.jpg`);
}

/** A room's data at this moment. @param {string} room @returns {string} */
export function snapshotUrl(room) {
  return url(`api/rooms/${encodeURIComponent(room)}/snapshot.npz`);
}

/** @param {string} name @returns {string} */
export function sourceUrl(name) {
  return url(`api/models/${encodeURIComponent(name)}/source`);
}

/** Where pictures for a room go. @param {string} room @returns {string} */
export function uploadUrl(room) {
  return url(`api/rooms/${encodeURIComponent(room)}/upload`);
}

/** The model this page is of. @returns {string} */
export function modelOfPage() {
  return decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
}

/** Every model, as GET /api/models lists them. @returns {Promise<import("./protocol.js").Model[]>} */
export async function fetchModels() {
  const answer = await fetch(url("api/models"));
  if (!answer.ok) throw new Error(`the list of models: ${answer.status}`);
  return answer.json();
}
