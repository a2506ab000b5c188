"""The web contract, spoken from outside by its documented bytes alone."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.client import Client
from tests.support.exhibit import Exhibit

ERROR_CODES = {
    "bad_message", "unknown_type", "not_exposed", "out_of_range", "bad_value",
    "unknown_parameter", "unknown_room", "unknown_model", "forbidden", "too_fast", "too_late",
    "busy", "room_full", "failed",
}  # fmt: skip


@pytest.fixture
def anna(exhibit: Exhibit) -> Client:
    """A visitor of a fluid that flows; raw pictures, for exactness."""
    client = exhibit.visitor(name="Anna", accept=["raw"])
    client.ask("do", action="start")
    return client


@pytest.fixture
def bert(exhibit: Exhibit, anna: Client) -> Client:
    """Another visitor beside Anna, with JPEG pictures."""
    client = exhibit.visitor(name="Bert")
    client.sync()
    anna.hear("visitors", lambda m: client.id in m["joined"])
    return client


# --- hello ------------------------------------------------------------------------------------


def test_the_ready_line_is_the_address(exhibit: Exhibit) -> None:
    assert exhibit.lines[0] == f"READY http://127.0.0.1:{exhibit.port}/"
    assert exhibit.port not in (0, 8765)


@pytest.mark.parametrize(
    ("name", "shown"), [("Cleo", "Cleo"), ("  王 \n <b> ", "王 <b>"), ("n" * 200, "n" * 24)]
)
def test_a_welcome_has_its_shape(exhibit: Exhibit, name: str, shown: str) -> None:
    client = exhibit.visitor(name=name, id="h1", unknown={"field": [1]})
    welcome = client.welcome
    assert welcome["id"] == "h1"
    assert set(welcome) == {"type", "id", "you", "room", "model", "state", "visitors"}
    you = welcome["you"]
    assert set(you) == {"id", "name", "colour", "role", "resume"}
    assert you["name"] == shown
    assert you["role"] == "guest"
    assert 0 < you["id"] < 2**32
    assert len(you["colour"]) == 7
    assert int(you["colour"].removeprefix("#"), 16) >= 0
    assert welcome["room"] == "BEC"
    assert set(welcome["state"]) == {"running", "params", "sim_time"}
    model = welcome["model"]
    assert model["name"] == "BEC"
    declared = {parameter["name"]: parameter for parameter in model["parameters"]}
    assert set(welcome["state"]["params"]) == set(declared)
    assert welcome["state"]["params"]["Nx"] == 96
    assert welcome["state"]["params"]["Ny"] == 64
    assert {v["id"] for v in welcome["visitors"]} == {you["id"]}
    for parameter in model["parameters"]:
        assert {"kind", "name", "default", "label", "help", "unit"} <= set(parameter)
        if parameter["kind"] in ("float", "int"):
            assert parameter["low"] <= parameter["default"] <= parameter["high"]
            assert parameter["scale"] in ("linear", "log")
            assert parameter["step"] > 0


def test_a_nameless_visitor_gets_a_name_and_no_id_unasked(exhibit: Exhibit) -> None:
    first, second = exhibit.visitor(), exhibit.visitor()
    assert "id" not in first.welcome
    names = {client.welcome["you"]["name"] for client in (first, second)}
    assert len(names) == 2
    assert "" not in names


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"protocol": 2}, "bad_message"),
        ({"protocol": "1"}, "bad_message"),
        ({"protocol": None}, "bad_message"),
        ({"room": "nowhere"}, "unknown_room"),
        ({"room": "BEC", "model": "Nothing"}, "unknown_model"),
        ({"model": "Nothing"}, "unknown_model"),
        ({"room": "mine", "model": "BEC"}, "forbidden"),
        ({"accept": ["gif"]}, "bad_message"),
        ({"room": 7}, "bad_message"),
    ],
)
def test_a_bad_hello_is_explained_and_closed(
    exhibit: Exhibit, hello: dict[str, Any], code: str
) -> None:
    client = exhibit.connect()
    client.send(**{"type": "hello", "protocol": 1, "id": 3, **hello})
    error = client.hear("error")
    assert (error["id"], error["code"]) == (3, code)
    assert error["message"]
    assert client.closed() == 1008


def test_hello_must_come_first(exhibit: Exhibit) -> None:
    client = exhibit.connect()
    client.send(type="ping", t=1)
    assert "hello" in client.hear("error")["message"]
    assert client.closed() == 1008


def test_a_second_hello_is_refused_and_the_visit_goes_on(anna: Client) -> None:
    assert anna.ask("hello", protocol=1)["code"] == "bad_message"
    anna.sync()


@pytest.mark.parametrize("token", ["wrong", "", "王", None])
def test_a_wrong_token_makes_nobody_more_than_a_guest(exhibit: Exhibit, token: str | None) -> None:
    assert exhibit.visitor(token=token).welcome["you"]["role"] == "guest"


def test_a_resume_token_brings_a_visitor_back(exhibit: Exhibit) -> None:
    before = exhibit.visitor(name="Dora")
    you = before.welcome["you"]
    before.close()
    after = exhibit.visitor(resume=you["resume"], name="Somebody else")
    again = after.welcome["you"]
    assert [again[k] for k in ("id", "name", "colour", "role")] == [
        you[k] for k in ("id", "name", "colour", "role")
    ]
    forged = exhibit.visitor(resume=you["resume"][:-2] + "xx")
    assert forged.id != you["id"]


def test_whoever_comes_from_elsewhere_takes_his_own_place(anna: Client, exhibit: Exhibit) -> None:
    dora = exhibit.visitor(name="Dora")
    dora.send(type="finger", touch=0, x=0.5, y=0.5, down=True)
    anna.see(lambda f: f.finger_of(dora.id) is not None)
    again = exhibit.visitor(resume=dora.welcome["you"]["resume"])
    assert again.id == dora.id
    assert dora.closed() == 1000
    anna.see(lambda f: f.finger_of(dora.id) is None)
    assert [v["id"] for v in again.welcome["visitors"]].count(dora.id) == 1
    again.sync()


# --- set, do ----------------------------------------------------------------------------------


def test_what_one_sets_all_see_and_only_he_gets_his_id(anna: Client, bert: Client) -> None:
    mine = anna.ask("set", params={"finger_V0_mu": 3.5, "steps": 7})
    assert set(mine) == {"type", "id", "running", "sim_time", "params", "by", "action"}
    assert mine["params"] == {"finger_V0_mu": 3.5, "steps": 7}
    theirs = bert.hear("state", lambda m: m["by"] == anna.id)
    assert theirs == {key: value for key, value in mine.items() if key != "id"}
    anna.ask("set", params={"finger_V0_mu": 2, "steps": 20})


def test_a_set_is_all_or_nothing(anna: Client, bert: Client, exhibit: Exhibit) -> None:
    before = exhibit.json("api/rooms/BEC/state")["params"]
    for params, code in [
        ({"steps": 3, "nobody": 1}, "unknown_parameter"),
        ({"steps": 3, "finger_V0_mu": 1e6}, "out_of_range"),
        ({"steps": 3, "finger_V0_mu": "x"}, "bad_value"),
        ({"steps": 3, "cylinder": 1}, "bad_value"),
        ({"steps": 3, "Nx": 97}, "out_of_range"),
        ({"steps": 3, "Nx": 10**25}, "out_of_range"),
        ({"steps": 3, "finger_V0_mu": None}, "bad_message"),
    ]:
        error = anna.ask("set", params=params)
        assert (error["type"], error["code"]) == ("error", code), params
        assert error["message"]
    assert exhibit.json("api/rooms/BEC/state")["params"] == before
    bert.sync()
    assert [m for m in bert.messages if m["type"] in ("error", "state")] == []


def test_a_paused_fluid_still_takes_values_and_fingers(anna: Client, bert: Client) -> None:
    assert anna.ask("do", action="pause")["running"] is False
    assert bert.hear("state", lambda m: m["action"] == "pause")["running"] is False
    changed = bert.ask("set", params={"cooling": 0.5})
    assert changed["params"] == {"cooling": 0.5}
    anna.hear("state", lambda m: m["params"] == {"cooling": 0.5})
    anna.send(type="finger", touch=3, x=0.25, y=0.5, down=True)
    frame = bert.see(lambda f: f.finger_of(anna.id, 3) is not None)
    assert frame.time == changed["sim_time"]
    bert.ask("set", params={"cooling": 0.01})


def test_time_runs_pauses_and_steps_for_all(anna: Client, bert: Client) -> None:
    paused = anna.ask("do", action="pause")
    first = bert.hear("state", lambda m: m["action"] == "pause")
    assert first["sim_time"] == paused["sim_time"]
    stepped = bert.ask("do", action="step")
    assert stepped["running"] is False
    assert stepped["sim_time"] > paused["sim_time"]
    anna.see(lambda f: f.time == stepped["sim_time"])
    twice = bert.ask("do", action="step")
    one = stepped["sim_time"] - paused["sim_time"]
    assert twice["sim_time"] - stepped["sim_time"] == pytest.approx(one)
    assert anna.ask("do", action="start")["running"] is True
    anna.see(lambda f: f.time > twice["sim_time"] + one)


def test_reset_starts_anew_for_all(anna: Client, bert: Client) -> None:
    bert.see(lambda f: f.time > 0)
    anna.ask("do", action="pause")
    assert anna.ask("do", action="reset")["sim_time"] == 0
    assert bert.hear("state", lambda m: m["action"] == "reset")["by"] == anna.id
    assert bert.see(lambda f: f.time == 0).time == 0
    anna.ask("do", action="start")


def test_tracers_are_scattered_counted_and_scattered_anew(anna: Client, bert: Client) -> None:
    assert len(anna.see().tracers) == 100
    anna.ask("set", params={"tracers": 500})
    start = set(bert.see(lambda f: len(f.tracers) == 500).tracers)
    drifted = bert.see(lambda f: len(start & set(f.tracers)) < 250)
    assert drifted.time > 0
    assert anna.ask("do", action="reset_tracers")["action"] == "reset_tracers"
    bert.hear("state", lambda m: m["action"] == "reset_tracers")
    anna.ask("set", params={"tracers": 0})
    assert bert.see(lambda f: not f.tracers).tracers == []
    anna.ask("set", params={"tracers": 100})


def test_an_unknown_action_is_answered_with_the_known(anna: Client) -> None:
    error = anna.ask("do", action="fly", args={"to": "the moon"})
    assert error["code"] == "bad_value"
    for action in ("start", "pause", "step", "reset", "reset_tracers"):
        assert action in error["message"]


@pytest.mark.parametrize("size", [(64, 96), (32, 48), (96, 64)])
def test_the_grid_may_change_while_it_runs(
    anna: Client, bert: Client, size: tuple[int, int]
) -> None:
    anna.ask("set", params={"Nx": size[0], "Ny": size[1]})
    for client in (anna, bert):
        frame = client.see(lambda f: (f.nx, f.ny) == size)
        assert frame.levels.shape == (size[1], size[0])
    anna.ask("set", params={"Nx": 96, "Ny": 64})


# --- frames -----------------------------------------------------------------------------------


def test_frames_are_not_transposed_and_y_points_up(anna: Client) -> None:
    """A finger high up on the right digs its hole there."""
    anna.ask("do", action="reset")
    x, y = 0.7, 0.65
    anna.ask("set", params={"finger_V0_mu": 10, "winding": 0})
    anna.send(type="finger", touch=0, x=x, y=y, down=True)
    mark = anna.see(lambda f: f.finger_of(anna.id) is not None).finger_of(anna.id)
    assert mark is not None
    assert mark.pointer == pytest.approx((x, y), abs=1e-4)
    begun = anna.see().time
    frame = anna.see(lambda f: f.time > begun + 60)
    assert (frame.nx, frame.ny) == (96, 64)
    inside = frame.values[24:80, 16:56]
    i, j = np.nonzero(inside < 0.1 * inside.max())
    assert (24 + i.mean()) / 96 == pytest.approx(x, abs=0.05)
    assert (16 + j.mean()) / 64 == pytest.approx(y, abs=0.05)
    anna.send(type="finger", touch=0, x=x, y=y, down=False)
    anna.ask("set", params={"finger_V0_mu": 2, "winding": 7})


def test_raw_and_jpeg_show_the_same(anna: Client, bert: Client) -> None:
    anna.ask("do", action="pause")
    # A frame may be under way still, so the last of each is what counts.
    state = anna.ask("do", action="step")
    raw = anna.see(lambda f: f.time == state["sim_time"])
    jpeg = bert.see(lambda f: f.time == state["sim_time"])
    assert (raw.encoding, jpeg.encoding) == (2, 1)
    assert (raw.nx, raw.ny, raw.lo, raw.hi) == (jpeg.nx, jpeg.ny, jpeg.lo, jpeg.hi)
    assert raw.tracers == jpeg.tracers
    assert np.abs(raw.values - jpeg.values).max() < 0.25 * (raw.hi - raw.lo)
    assert np.abs(raw.values - jpeg.values).mean() < 0.02 * (raw.hi - raw.lo)
    anna.ask("do", action="start")


def test_views_are_each_visitors_own(anna: Client, bert: Client) -> None:
    views = anna.welcome["model"]["views"]
    assert anna.see().view == 0
    for index, view in reversed(list(enumerate(views))):
        bert.send(type="view", name=view["name"])
        frame = bert.see(lambda f, index=index: f.view == index)
        assert frame.lo < frame.hi
        if not view["smooth"]:
            assert frame.encoding == 2
        assert anna.see().view == 0
    error = bert.ask("view", name="nothing")
    assert error["code"] == "bad_value"
    assert views[0]["name"] in error["message"]
    bert.sync()


def test_sequence_numbers_and_time_only_grow(anna: Client, bert: Client) -> None:
    anna.frames.clear()
    anna.listen(0.5)
    seen = list(anna.frames)
    assert len(seen) > 5
    assert [f.seq for f in seen] == sorted({f.seq for f in seen})
    assert [f.time for f in seen] == sorted(f.time for f in seen)


def test_coming_and_going_of_others_repeats_no_frame(anna: Client, exhibit: Exhibit) -> None:
    anna.ask("do", action="pause")
    anna.listen(0.2)
    anna.frames.clear()
    for _ in range(3):
        exhibit.visitor(accept=["raw"]).close()
    anna.listen(0.3)
    numbers = [f.seq for f in anna.frames]
    assert numbers == sorted(set(numbers))
    anna.ask("do", action="start")


def test_without_acks_three_frames_come_and_then_one_a_second(anna: Client) -> None:
    anna.ask("do", action="pause")
    anna.listen(0.1)
    anna.acks = False
    anna.frames.clear()
    anna.ask("do", action="start")
    anna.listen(0.6)
    assert 1 <= len(anna.frames) <= 3
    frame = anna.see(patience_s=2.0)
    anna.listen(0.5)
    assert len(anna.frames) <= 1
    # One ack covers all before it, and the frames flow again.
    anna.send(type="ack", seq=frame.seq + 1000)
    anna.acks = True
    anna.frames.clear()
    anna.listen(0.4)
    assert len(anna.frames) > 3


# --- fingers ----------------------------------------------------------------------------------


def test_a_finger_shows_in_the_others_frames_and_its_potential_follows(
    anna: Client, bert: Client
) -> None:
    bert.send(type="finger", touch=5, x=0.3, y=0.4, down=True)
    mark = anna.see(lambda f: f.finger_of(bert.id, 5) is not None).finger_of(bert.id, 5)
    assert mark is not None
    assert mark.pointer == pytest.approx((0.3, 0.4), abs=1e-4)
    bert.send(type="finger", touch=5, x=0.5, y=0.6)
    anna.see(
        lambda f: (m := f.finger_of(bert.id, 5)) is not None and abs(m.potential[0] - 0.5) < 0.02
    )
    anna.send(type="finger", touch=0, x=0.5, y=0.5, down=True)
    bert.see(lambda f: f.finger_of(anna.id) is not None and f.finger_of(bert.id, 5) is not None)
    bert.send(type="finger", touch=5, x=0.5, y=0.6, down=False)
    anna.see(lambda f: f.finger_of(bert.id, 5) is None)
    bert.close()
    left = anna.hear("visitors", lambda m: bert.id in m["left"])
    assert bert.id not in [v["id"] for v in left["list"]]


def test_whoever_goes_takes_his_fingers_along(anna: Client, bert: Client) -> None:
    bert.send(type="finger", touch=0, x=0.5, y=0.5, down=True)
    anna.see(lambda f: f.finger_of(bert.id) is not None)
    bert.close()
    anna.see(lambda f: f.finger_of(bert.id) is None)


def test_a_visitor_has_ten_fingers(anna: Client) -> None:
    for touch in range(10):
        anna.send(type="finger", touch=touch, x=0.1 * touch, y=0.5, down=True)
    anna.see(lambda f: len(f.fingers) >= 10)
    error = anna.ask("finger", touch=10, x=0.5, y=0.5, down=True)
    assert error["code"] == "busy"
    assert "10" in error["message"]


# --- the rest ---------------------------------------------------------------------------------


@pytest.mark.parametrize("t", [0, 12.5, -3, 1.7976931348623157e308])
def test_a_pong_brings_back_t(anna: Client, t: float) -> None:
    assert anna.ask("ping", t=t, rtt=4.5) == {"type": "pong", "id": f"q{2}", "t": t}


def test_channels_are_listed_and_heard_by_those_who_subscribe(anna: Client, bert: Client) -> None:
    listed = anna.ask("channels")
    assert {"steps_per_s", "fps"} <= set(listed["names"])
    assert listed["subscribed"] == []
    names = listed["names"]
    assert set(anna.ask("subscribe", names=names)["subscribed"]) == set(names)
    values = {}
    for name in names:
        heard = anna.hear("channel", lambda m, name=name: m["name"] == name)
        assert set(heard) == {"type", "name", "value"}
        values[name] = heard["value"]
    assert values["steps_per_s"] >= 0
    # Somebody who asks later gets the value at once too, though nothing may have changed.
    anna.ask("do", action="pause")
    bert.ask("subscribe", names=["fps"])
    bert.hear("channel", lambda m: m["name"] == "fps")
    error = bert.ask("subscribe", names=["fps", "nothing"])
    assert error["code"] == "bad_value"
    assert "steps_per_s" in error["message"]
    assert bert.ask("unsubscribe", names=["fps", "never heard of"])["subscribed"] == []
    bert.messages.clear()
    anna.ask("do", action="start")
    anna.hear("channel", lambda m: m["name"] == "fps")
    bert.sync()
    assert [m for m in bert.messages if m["type"] == "channel"] == []


def test_visitors_are_told_who_comes_and_goes(anna: Client, exhibit: Exhibit) -> None:
    other = exhibit.visitor(name="Emil")
    came = anna.hear("visitors", lambda m: other.id in m["joined"])
    assert set(came) == {"type", "joined", "left", "list"}
    assert {v["name"] for v in came["list"]} == {"Anna", "Emil"}
    other.close()
    went = anna.hear("visitors", lambda m: other.id in m["left"])
    assert [v["name"] for v in went["list"]] == ["Anna"]


def test_every_error_has_a_code_of_the_contract(anna: Client) -> None:
    for message in (
        {"type": "halo"},
        {"type": "ack"},
        {"type": "login", "pin": "0000"},
        {"type": "set", "params": {"x": 1}},
        {"type": "finger", "touch": 0, "x": 2, "y": 0},
    ):
        anna.send(**message, id=77)
        error = anna.hear("error")
        assert set(error) == {"type", "id", "code", "message"}
        assert error["id"] == 77
        assert error["code"] in ERROR_CODES


def test_login_without_a_pin_set_says_how_to_set_one(anna: Client) -> None:
    error = anna.ask("login", pin="1234")
    assert error["code"] in ("forbidden", "too_fast")


# --- routes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "models/BEC", "operator"])
def test_pages_are_html_that_fetches_nothing_from_elsewhere(exhibit: Exhibit, path: str) -> None:
    status, headers, body = exhibit.get(path)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert b"http://" not in body.replace(b"http://www.w3.org", b"")
    assert b"https://" not in body


def test_health_lists_rooms_and_their_figures(anna: Client, exhibit: Exhibit) -> None:
    anna.see()
    health = exhibit.json("healthz")
    assert health["status"] == "ok"
    assert health["version"].count(".") == 2
    [room] = [room for room in health["rooms"] if room["name"] == "BEC"]
    assert {
        "name", "model", "visitors", "fps", "steps_per_s", "sim_time", "restarts",
    } <= set(room)  # fmt: skip
    assert room["model"] == "BEC"
    assert room["visitors"] >= 1


def test_models_are_listed_as_the_welcome_describes_them(anna: Client, exhibit: Exhibit) -> None:
    listed = exhibit.json("api/models")
    [bec] = [model for model in listed if model["name"] == "BEC"]
    assert bec == anna.welcome["model"]
    assert {"name", "doc", "parameters", "actions", "views", "channels", "exposed"} <= set(bec)


def test_a_rooms_state_can_be_asked_for(anna: Client, exhibit: Exhibit) -> None:
    anna.send(type="finger", touch=9, x=0.25, y=0.75, down=True)
    anna.see(lambda f: f.finger_of(anna.id, 9) is not None)
    state = exhibit.json("api/rooms/BEC/state")
    assert set(state) == {"running", "params", "fingers", "sim_time"}
    assert state["running"] is True
    assert state["params"]["Nx"] == 96
    [finger] = [f for f in state["fingers"] if (f["visitor"], f["touch"]) == (anna.id, 9)]
    assert finger["pointer"] == pytest.approx([0.25, 0.75], abs=1e-4)


def test_a_rooms_data_can_be_saved(anna: Client, exhibit: Exhibit) -> None:
    assert anna.ask("set", params={"cooling": 0.05})["params"] == {"cooling": 0.05}
    status, headers, body = exhibit.get("api/rooms/BEC/snapshot.npz")
    assert status == 200
    assert headers["content-disposition"] == "attachment"
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        saved = dict(file)
    assert set(saved) == {"psi", "density", "t", "params"}
    assert saved["psi"].shape == saved["density"].shape == (96, 64)
    np.testing.assert_allclose(saved["density"], np.abs(saved["psi"]) ** 2, rtol=1e-4)
    assert saved["params"].shape == saved["t"].shape == ()
    assert json.loads(str(saved["params"]))["cooling"] == 0.05
    assert saved["t"] > 0


def test_there_is_no_data_where_there_is_no_room(anna: Client, exhibit: Exhibit) -> None:
    for room in ("SOC2", "nobody", "%00", ".."):
        status, _, _ = exhibit.get(f"api/rooms/{room}/snapshot.npz")
        assert status == 404


def test_a_thumbnail_is_the_newest_picture(anna: Client, bert: Client, exhibit: Exhibit) -> None:
    bert.see()
    status, headers, body = exhibit.get("api/models/BEC/thumbnail.jpg")
    assert status == 200
    assert headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(body)) as image:
        assert image.size == (96, 64)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("models/Nothing", 404),
        ("api/rooms/nowhere/state", 404),
        ("api/rooms/%00%ff/state", 404),
        ("api/models/Nothing/thumbnail.jpg", 404),
        ("api/models/..%2f..%2fmain/thumbnail.jpg", 404),
        ("ui/nothing.js", 404),
        ("ui/../main.py", 404),
        ("ui/%2e%2e/main.py", 404),
        ("ui/..%2fmain.py", 404),
        ("ui/..%5cmain.py", 404),
        ("ui//etc/passwd", 404),
        ("ui/%00", 404),
        ("ws", 426),
    ],
)
def test_what_is_not_there_is_refused_plainly(exhibit: Exhibit, path: str, status: int) -> None:
    code, _, body = exhibit.get(path)
    assert code == status or code in (400, 403)
    assert b"Traceback" not in body
    assert b"import" not in body


@pytest.mark.parametrize("path", ["", "healthz", "api/models", "models/BEC", "ui/nothing"])
def test_foreign_hosts_and_origins_are_refused_everywhere(exhibit: Exhibit, path: str) -> None:
    assert exhibit.get(path, {"Host": "evil.example"})[0] == 403
    assert exhibit.get(path, {"Origin": "http://evil.example"})[0] == 403
    own = f"http://127.0.0.1:{exhibit.port}"
    assert exhibit.get(path, {"Origin": own})[0] != 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_routes_take_no_other_methods(exhibit: Exhibit, method: str) -> None:
    assert exhibit.get("healthz", method=method)[0] == 405


def test_only_an_operator_quits(exhibit: Exhibit, anna: Client) -> None:
    resume = anna.welcome["you"]["resume"]
    for key in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {resume}"}):
        assert exhibit.get("quit", key, method="POST")[0] == 403
    assert exhibit.get("quit")[0] == 405
    anna.sync()
    assert exhibit.json("healthz")["status"] == "ok"


def test_nothing_was_wrong_meanwhile(exhibit: Exhibit) -> None:
    assert "Traceback" not in exhibit.errors
    for room in exhibit.json("healthz")["rooms"]:
        assert room["restarts"] == 0
        json.dumps(room)
