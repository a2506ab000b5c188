// @ts-check
/** A model that says nothing of how it is shown: its channels' values, as they are. */
import { make, setText } from "../dom.js";
import { OF_EVERY_ROOM } from "../plots/charts.js";

/** @param {import("../protocol.js").Model} model @returns {import("./choose.js").Exhibit} */
export function makeValues(model) {
  const own = Object.keys(model.channels).filter((name) => !OF_EVERY_ROOM.includes(name));
  const places = new Map(own.map((name) => [name, make("dd", { "data-channel": name }, "–")]));
  const rows = own.map((name) =>
    make("div", {}, make("dt", { title: model.channels[name] }, name), places.get(name) ?? ""),
  );
  const nothing = make("p", { class: "caption" }, "There is nothing to see here but its controls.");
  return {
    element: rows.length ? make("dl", { class: "values" }, ...rows) : nothing,
    channels: own,
    show(name, value) {
      const place = places.get(name);
      if (place) setText(place, typeof value === "string" ? value : JSON.stringify(value));
    },
  };
}
