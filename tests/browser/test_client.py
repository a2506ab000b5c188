"""ui/js/client.js in a real browser: a room's objects look like JavaScript's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import ROOT, Exhibit, wait_until

PROGRAMS = ROOT / "ui" / "manual" / "programs.md"

CODE_OF = "(promise) => promise.then(() => 'fine', (fault) => fault.code)"
SAMPLE = '''
import time

from models.exposed import Tracked, exposed
from models.serving import serve
from tests.support.toy import Counter


class Sample:
    a = Tracked(1, low=0, high=1_000_000)

    @exposed
    def add(self, a: float, b: float = 0.0) -> float:
        "The sum."
        return a + b

    @exposed
    def fail(self) -> None:
        raise RuntimeError("the pump is dry")

    @exposed(slow=True)
    def storm(self, seconds: float) -> int:
        "Ten thousand changes a second."
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            for _ in range(100):
                count += 1
                self.a = count % 1_000_000
            time.sleep(0.01)
        return self.a


class Till(Counter):
    """Counts."""


serve("sample", Sample())
'''


@pytest.fixture(scope="module")
def lab(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An exhibit that serves an object of a user's file."""
    path = tmp_path_factory.mktemp("lab") / "lab.py"
    path.write_text(SAMPLE)
    exhibit = Exhibit(
        "--headless", "--port", "0", "--model", f"{path}:Till", "--log-level", "warning",
        environment=environment,
    )  # fmt: skip
    yield exhibit.ready()
    exhibit.kill()


def test_the_console_of_a_models_page(open_page: OpenPage) -> None:
    page = open_page()
    other = open_page("operator")
    got = page.evaluate("""async () => {
      room.model.cooling = 0.03;
      const cooling = await room.model.cooling;
      await room.settled();
      room.notes.mine = "<b>hello</b>";
      const before = [await room.notes.mine, await room.notes.list()];
      delete room.notes.mine;
      await room.settled();
      const energy = [await room.model.energy(), await room.model.energy];
      await room.model.pause();
      return { cooling, before, after: await room.notes.list(), energy: energy.map(typeof_),
        same: await room.model.density_at(0.5, 0.5) > 0, channels: await room.channels(),
        room: room.name, you: room.you.id, echo: await room.echo({ deep: [1, null, "<b>"] }) };
      function typeof_(value) { return typeof value; }
    }""")
    assert got["cooling"] == 0.03
    assert got["before"] == ["<b>hello</b>", ["mine"]]
    assert got["after"] == []
    assert got["energy"] == ["number", "number"]
    assert got["same"] is True
    assert got["echo"] == {"deep": [1, None, "<b>"]}
    assert {"energy", "notes", "fps"} <= set(got["channels"])
    assert (got["room"], str(got["you"])) == ("BEC", page.get_attribute("html", "data-visitor"))
    # What a script set is on the page's own slider, and on everybody else's.
    page.click("#open-drawer")
    cooling = page.locator("[data-parameter=cooling] input[type=range]")
    expect(cooling).to_have_attribute("aria-valuetext", "0.03")
    params = other.evaluate("""async () => {
      const { join } = await import("/ui/js/client.js");
      const room = await join("BEC");
      const value = await room.model.cooling;
      room.close();
      return value;
    }""")
    assert params == 0.03
    page.evaluate("async () => { room.model.reset(); await room.model.start(); }")


def test_refusals_are_told_and_change_nothing(open_page: OpenPage) -> None:
    page = open_page()
    got = page.evaluate(f"""async () => {{
      const code = {CODE_OF};
      const heard = [];
      const stop = room.on("error", (fault) => heard.push(fault.code));
      const before = await room.model.cooling;
      room.model.cooling = 7;
      room.model.cooling = "x";
      room.model.cooling = NaN;
      room.model.nobody = 1;
      delete room.model.cooling;
      delete room.notes.nobody;
      const first = await code(room.settled());
      const second = await code(room.settled());
      stop();
      const calls = [];
      for (const beyond of [
        room.model.__class__, room.model._params, room.model.step.__globals__,
        room.model.constructor, room.model.a.b.c.d.e, room.model.energy.call, room.nobody.x,
        room.__proto__ && room.model.__proto__.x,
      ]) calls.push(await code(beyond), await code(beyond()));
      calls.push(await code(room.model.density_at("x", 0.5)));
      calls.push(await code(room.model.density_at(2, 0.5)));
      calls.push(await code(room.model.density_at(0.5, "x".repeat(20000))));
      calls.push(await code(room.notes.clear()));
      let strict = "";
      try {{ "use strict"; (() => {{ "use strict"; room.model = 3; }})(); }}
      catch (fault) {{ strict = fault.constructor.name; }}
      let channel = "";
      try {{ room.subscribe("nobody", () => {{}}); }} catch (fault) {{ channel = fault.message; }}
      return {{ heard, first, second, calls, strict, channel,
        same: before === await room.model.cooling }};
    }}""")
    assert got["heard"] == [
        "out_of_range", "bad_value", "bad_value", "not_exposed", "not_exposed", "bad_value",
    ]  # fmt: skip
    assert (got["first"], got["second"]) == ("out_of_range", "fine")
    assert set(got["calls"][:-4]) == {"not_exposed"}
    assert got["calls"][-4:] == ["bad_value", "out_of_range", "bad_value", "forbidden"]
    assert got["strict"] == "TypeError"
    assert "energy" in got["channel"]
    assert got["same"] is True


def test_a_proxy_is_taken_for_nothing_else(open_page: OpenPage) -> None:
    page = open_page("operator")
    said: list[str] = []

    def keep(text: str) -> None:
        said.append(text)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    got = page.evaluate("""async () => {
      const { join } = await import("/ui/js/client.js");
      const room = await join("BEC");
      const through = await Promise.resolve(room.model);
      const looks = [
        `${room.model.cooling}`, JSON.stringify({ a: room.model.cooling }), typeof room.then,
        typeof room.model.then, typeof room.model.cooling.then, room.model[Symbol.iterator],
        Object.prototype.toString.call(room.model), Object.keys(room.model).length,
        typeof room.model.cooling[Symbol.asyncIterator], "x" in room.model,
      ];
      const value = await through.cooling;
      const both = await Promise.all([room.model.cooling, room.model.g]);
      const caught = await room.model.nobody.catch((fault) => fault.code);
      room.close();
      return { looks, good: value === both[0], caught };
    }""")
    assert got["looks"] == [
        "[model.cooling]", '{"a":"[model.cooling]"}', "undefined", "undefined", "function", None,
        "[object Function]", 0, "undefined", False,
    ]  # fmt: skip
    assert got["good"] is True
    assert got["caught"] == "not_exposed"
    assert sum('"rpc"' in text for text in said) == 4


def test_events_come_back_after_an_interruption_as_the_same_visitor(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    page = open_page("operator")
    page.evaluate("""async () => {
      const { join } = await import("/ui/js/client.js");
      const sockets = [];
      const Real = WebSocket;
      window.WebSocket = class extends Real {
        constructor(...args) { super(...args); sockets.push(this); }
      };
      const room = await join("BEC", { visitor: "Script" });
      Object.assign(window, { r: room, sockets, heard: {}, first: room.you.id, energies: [] });
      for (const event of ["visitors", "frame", "state", "status", "said"]) {
        room.on(event, (value) => { heard[event] = value; });
      }
      room.subscribe("energy", (value) => energies.push(value));
      room.subscribe("energy", () => { throw new TypeError("mine"); })();
    }""")
    page.wait_for_function("() => energies.length > 1 && heard.frame?.nx === 96")
    visitor = exhibit.visitor(name="Ada")
    page.wait_for_function("() => heard.visitors?.list.some(({ name }) => name === 'Ada')")
    visitor.send(type="set", params={"cooling": 0.02})
    visitor.send(type="say", text="hello")
    page.wait_for_function("() => heard.state?.params.cooling === 0.02")
    page.wait_for_function("() => heard.said?.text === 'hello'")
    page.evaluate("() => { energies.length = 0; sockets.at(-1).close(3000); }")
    page.wait_for_function("() => heard.status?.status === 'open' && energies.length > 1")
    assert page.evaluate("() => r.you.id === first && sockets.length > 1")
    assert "Script" in page.evaluate("() => r.visitors.map(({ name }) => name)")
    refused = page.evaluate("() => import('/ui/js/client.js').then(({ join }) => join('Nowhere'))"
                            ".then(() => 'in', (fault) => fault.code)")  # fmt: skip
    assert refused == "refused"


def test_objects_of_a_users_file(open_page: OpenPage, lab: Exhibit) -> None:
    page = open_page("operator", at=lab.url)
    got = page.evaluate(f"""async () => {{
      const {{ join }} = await import("/ui/js/client.js");
      const room = await join("Till");
      const seen = [];
      room.subscribe("sample.a", (value) => seen.push(value));
      const sum = [await room.sample.add(4, 5), await room.call("sample.add", [4], {{ b: -1 }})];
      room.sample.a = 2;
      const two = await room.sample.a;
      delete room.sample.a;
      const one = await room.sample.a;
      const failed = await room.sample.fail().catch(({{ code, message }}) => [code, message]);
      const code = await ({CODE_OF})(room.sample.gate);
      window.r = room; window.seen = seen;
      return {{ sum, two, one, failed, code }};
    }}""")
    assert got["sum"] == [9, 3]
    assert (got["two"], got["one"], got["code"]) == (2, 1, "not_exposed")
    assert got["failed"] == ["failed", "sample.fail failed: RuntimeError: the pump is dry"]
    exposed = {entry["name"]: entry for entry in lab.json("/api/models")[0]["exposed"]}
    assert exposed["sample.storm"]["manner"] == ["slow"]


@pytest.mark.long
def test_a_storm_of_changes_reaches_a_slow_page_as_the_newest_value(
    open_page: OpenPage, lab: Exhibit
) -> None:
    page = open_page("operator", at=lab.url)
    got = page.evaluate("""async () => {
      const { join } = await import("/ui/js/client.js");
      const room = await join("Till");
      const seen = [];
      room.subscribe("sample.a", (value) => {
        seen.push(value);
        // A page that is busy for longer than the values take to change.
        const end = performance.now() + 150;
        while (performance.now() < end);
      });
      const last = await room.sample.storm(2);
      while (seen.at(-1) !== last) await new Promise((soon) => setTimeout(soon, 20));
      const counted = seen.length;
      delete room.sample.a;
      await room.settled();
      return { last, counted };
    }""")
    assert got["last"] > 1000
    assert 2 < got["counted"] < 60


def test_the_readmes_page(open_page: OpenPage, start: StartExhibit, tmp_path: Path) -> None:
    (code,) = re.findall(r"```js\n(// cool\.js\n.*?)```", PROGRAMS.read_text("utf-8"), re.DOTALL)
    (tmp_path / "cool.js").write_text(code, encoding="utf-8")
    (tmp_path / "cool.html").write_text('<script type="module" src="cool.js"></script>')
    exhibit = start(*SMALL, "--static", f"mine={tmp_path}").ready()
    printed: list[str] = []
    page = open_page("operator", at=exhibit.url)
    page.on("console", lambda said: printed.append(said.text))
    page.goto(f"{exhibit.url}static/mine/cool.html")
    wait_until(lambda: page.title() == "" and len(printed) >= 10, "it has printed", 20)
    energies = [float(line.removeprefix("energy ")) for line in printed]
    assert energies[-1] < energies[0]
    assert exhibit.json("/api/rooms/BEC/state")["params"]["cooling"] == 0.1
