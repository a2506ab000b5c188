"""Every client message in good and bad forms, and what hostile JSON is answered."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol import chat, idle, messages
from app.protocol.messages import (
    Ack,
    ChannelNames,
    Channels,
    ChannelValue,
    ClientMessage,
    Do,
    Error,
    Finger,
    Hello,
    Login,
    MessageError,
    Notice,
    Ping,
    Pong,
    Reply,
    RoleGranted,
    RoomState,
    Rpc,
    SelectView,
    Set,
    State,
    Subscribe,
    Unsubscribe,
    Visitor,
    Visitors,
    Welcome,
    You,
    decode,
    encode,
)

# Each good message: its object, its JSON, both ways at once.
GOOD: list[tuple[ClientMessage, str]] = [
    (Hello(protocol=1), '{"type":"hello","protocol":1}'),
    (
        Hello(id="a", protocol=2, room="R", model="M", name="N", token="T", resume="S",
              accept=("raw", "jpeg")),
        ('{"type":"hello","id":"a","protocol":2,"room":"R","model":"M","name":"N","token":"T",'
        '"resume":"S","accept":["raw","jpeg"]}'),
    ),
    (Login(pin="1234"), '{"type":"login","pin":"1234"}'),
    (
        Set(id=7, params={"a": 1.5, "b": True, "c": "x", "d": -3}),
        '{"type":"set","id":7,"params":{"a":1.5,"b":true,"c":"x","d":-3}}',
    ),
    (Do(action="pause"), '{"type":"do","action":"pause"}'),
    (
        Do(action="kick", args={"by": [1, None]}),
        '{"type":"do","action":"kick","args":{"by":[1,null]}}',
    ),
    (SelectView(name="phase"), '{"type":"view","name":"phase"}'),
    (Finger(touch=255, x=0.0, y=1.0), '{"type":"finger","touch":255,"x":0.0,"y":1.0}'),
    (
        Finger(touch=0, x=0.5, y=0.25, down=False),
        '{"type":"finger","touch":0,"x":0.5,"y":0.25,"down":false}',
    ),
    (Ack(seq=2**32 - 1), '{"type":"ack","seq":4294967295}'),
    (Ping(t=12.25, rtt=3.5), '{"type":"ping","t":12.25,"rtt":3.5}'),
    (Channels(), '{"type":"channels"}'),
    (Subscribe(names=["fps"]), '{"type":"subscribe","names":["fps"]}'),
    (Unsubscribe(names=[]), '{"type":"unsubscribe","names":[]}'),
    (chat.Echo(id=1, data=[{"a": None}]), '{"type":"echo","id":1,"data":[{"a":null}]}'),
    (chat.Say(text="hi"), '{"type":"say","text":"hi"}'),
    (chat.Say(text="é" * 280, room="R"), f'{{"type":"say","text":"{"é" * 280}","room":"R"}}'),
    (chat.Broadcast(text="hi"), '{"type":"broadcast","text":"hi"}'),
    (chat.JoinRoom(room="R"), '{"type":"join","room":"R"}'),
    (chat.LeaveRoom(room="R"), '{"type":"leave","room":"R"}'),
    (chat.ListRooms(), '{"type":"rooms"}'),
    (chat.CloseRoom(room="R"), '{"type":"close_room","room":"R"}'),
    (chat.Mute(), '{"type":"mute"}'),
    (
        chat.Mute(muted=False, visitor=2**32 - 1, room="R"),
        '{"type":"mute","muted":false,"visitor":4294967295,"room":"R"}',
    ),
    (chat.Bye(), '{"type":"bye"}'),
    (idle.Here(), '{"type":"here"}'),
    (Rpc(op="get", target="model.g"), '{"type":"rpc","op":"get","target":"model.g"}'),
    (
        Rpc(id=1, op="call", target="a.b", args=[1, None], kwargs={"c": [0.5]}),
        '{"type":"rpc","id":1,"op":"call","target":"a.b","args":[1,null],"kwargs":{"c":[0.5]}}',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("message", "text"), GOOD, ids=lambda value: type(value).__name__)
def test_a_client_message_and_its_json_are_the_same(message: ClientMessage, text: str) -> None:
    assert decode(text) == message
    assert decode(text.encode()) == message
    assert json.loads(msgspec.json.encode(message)) == json.loads(text)


def test_every_client_message_has_a_good_form_here() -> None:
    assert {type(message) for message, _ in GOOD} == set(ClientMessage.__args__)


@pytest.mark.parametrize(("message", "text"), GOOD, ids=lambda value: type(value).__name__)
def test_unknown_fields_are_ignored(message: ClientMessage, text: str) -> None:
    assert decode(text[:-1] + ',"nobody":{"knows":[this_is_not]}}'.replace("this_is_not", "1")) == (
        message
    )


BAD: list[tuple[str, str, str]] = [
    # What is sent, the code it gets, a word that the explanation must hold.
    ("", "bad_message", "JSON"),
    ("nonsense", "bad_message", "JSON"),
    ("[]", "bad_message", "object"),
    ('"hello"', "bad_message", "object"),
    ("null", "bad_message", "object"),
    ("{}", "bad_message", "hello"),
    ('{"type":null}', "bad_message", "type"),
    ('{"type":3}', "bad_message", "type"),
    ('{"type":"halo"}', "unknown_type", "hello"),
    ('{"type":"HELLO"}', "unknown_type", "hello"),
    ('{"type":"welcome"}', "unknown_type", "hello"),
    ('{"type":"hello"}', "bad_message", "protocol"),
    ('{"type":"hello","protocol":"1"}', "bad_message", "protocol"),
    ('{"type":"hello","protocol":true}', "bad_message", "protocol"),
    ('{"type":"hello","protocol":1,"room":""}', "bad_message", "room"),
    ('{"type":"hello","protocol":1,"accept":["png"]}', "bad_message", "accept"),
    ('{"type":"hello","protocol":1,"accept":"raw"}', "bad_message", "accept"),
    ('{"type":"hello","protocol":1,"name":5}', "bad_message", "name"),
    ('{"type":"login"}', "bad_message", "pin"),
    ('{"type":"login","pin":1234}', "bad_message", "pin"),
    ('{"type":"set"}', "bad_message", "params"),
    ('{"type":"set","params":[]}', "bad_message", "params"),
    ('{"type":"set","params":{"a":null}}', "bad_message", "params"),
    ('{"type":"set","params":{"a":[1]}}', "bad_message", "params"),
    ('{"type":"set","params":{"":1}}', "bad_message", "params"),
    ('{"type":"set","params":{"a":NaN}}', "bad_message", "JSON"),
    ('{"type":"set","params":{"a":Infinity}}', "bad_message", "JSON"),
    ('{"type":"set","params":{"a":1e999}}', "bad_message", "params"),
    ('{"type":"do"}', "bad_message", "action"),
    ('{"type":"do","action":""}', "bad_message", "action"),
    ('{"type":"do","action":"x","args":[]}', "bad_message", "args"),
    ('{"type":"view"}', "bad_message", "name"),
    ('{"type":"finger","touch":-1,"x":0,"y":0}', "bad_message", "touch"),
    ('{"type":"finger","touch":256,"x":0,"y":0}', "bad_message", "touch"),
    ('{"type":"finger","touch":0.5,"x":0,"y":0}', "bad_message", "touch"),
    ('{"type":"finger","touch":0,"x":-0.001,"y":0}', "bad_message", "x"),
    ('{"type":"finger","touch":0,"x":0,"y":1.001}', "bad_message", "y"),
    ('{"type":"finger","touch":0,"x":"0","y":0}', "bad_message", "x"),
    ('{"type":"finger","touch":0,"x":0}', "bad_message", "y"),
    ('{"type":"finger","touch":0,"x":0,"y":0,"down":1}', "bad_message", "down"),
    ('{"type":"ack","seq":-1}', "bad_message", "seq"),
    ('{"type":"ack","seq":4294967296}', "bad_message", "seq"),
    ('{"type":"ack","seq":1.5}', "bad_message", "seq"),
    ('{"type":"ping"}', "bad_message", "t"),
    ('{"type":"ping","t":1,"rtt":-1}', "bad_message", "rtt"),
    ('{"type":"ping","t":"now"}', "bad_message", "t"),
    ('{"type":"subscribe","names":"fps"}', "bad_message", "names"),
    ('{"type":"subscribe","names":[1]}', "bad_message", "names"),
    ('{"type":"subscribe"}', "bad_message", "names"),
    ('{"type":"unsubscribe"}', "bad_message", "names"),
    ('{"type":"echo"}', "bad_message", "data"),
    ('{"type":"say","text":""}', "bad_message", "text"),
    ('{"type":"say","text":"' + 281 * "x" + '"}', "bad_message", "280"),
    ('{"type":"say","text":["a"]}', "bad_message", "text"),
    ('{"type":"say","text":"a","room":""}', "bad_message", "room"),
    ('{"type":"broadcast","text":7}', "bad_message", "text"),
    ('{"type":"join"}', "bad_message", "room"),
    ('{"type":"join","room":"' + 65 * "x" + '"}', "bad_message", "room"),
    ('{"type":"mute","visitor":-1}', "bad_message", "visitor"),
    ('{"type":"mute","muted":1}', "bad_message", "muted"),
    ('{"type":"rpc","op":"get"}', "bad_message", "target"),
    ('{"type":"rpc","op":"eval","target":"a"}', "bad_message", "op"),
    ('{"type":"rpc","op":"get","target":""}', "bad_message", "target"),
    ('{"type":"rpc","op":"get","target":"' + 161 * "x" + '"}', "bad_message", "target"),
    ('{"type":"rpc","op":"get","target":["a","b"]}', "bad_message", "target"),
    ('{"type":"rpc","op":"call","target":"a","args":{}}', "bad_message", "args"),
    ('{"type":"rpc","op":"call","target":"a","args":' + str([1] * 17) + "}", "bad_message", "args"),
    ('{"type":"rpc","op":"call","target":"a","args":[NaN]}', "bad_message", "JSON"),
    ('{"type":"rpc","op":"call","target":"a","kwargs":{"":1}}', "bad_message", "kwargs"),
    ('{"type":"ping","t":1,"id":[1]}', "bad_message", "id"),
    ('{"type":"ping","t":1,"id":1.5}', "bad_message", "id"),
    ('{"type":"ping","t":1,"id":true}', "bad_message", "id"),
    ('{"type":"ping","t":1,"id":"' + 65 * "x" + '"}', "bad_message", "id"),
    ('{"type":"hello","protocol":1,"name":"\\ud800"}', "bad_message", "JSON"),
    ('{"type":"ping","t":1}{"type":"ping","t":1}', "bad_message", "JSON"),
]


def refused(data: str | bytes) -> Error:
    with pytest.raises(MessageError) as fault:
        decode(data)
    # What is answered can be sent, and does not carry a megabyte back.
    assert len(encode(fault.value.reply)) < 1000
    return fault.value.reply


@pytest.mark.parametrize(("text", "code", "word"), BAD)
def test_a_bad_message_is_explained(text: str, code: str, word: str) -> None:
    reply = refused(text)
    assert reply.code == code
    assert word in reply.message


@pytest.mark.parametrize("number", [5, "five", -1, 10**30])
def test_the_answer_to_a_bad_message_bears_its_id(number: int | str) -> None:
    given = json.dumps(number)
    assert refused(f'{{"type":"ack","id":{given}}}').id == number
    assert refused(f'{{"type":"nobody","id":{given}}}').id == number
    assert refused(f'{{"id":{given}}}').id == number


def test_a_wrong_id_is_not_taken_for_broken_json() -> None:
    reply = refused('{"type":"ping","t":1,"id":[1]}')
    assert reply.id is msgspec.UNSET
    assert "JSON object is needed" not in reply.message


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"type":"do","action":"x","args":{"a":['])
def test_a_depth_bomb_is_refused(opening: str) -> None:
    assert refused(opening * 20_000).code == "bad_message"
    assert refused('{"type":"do","action":"x","args":{"a":' + "[" * 20_000).code == "bad_message"


@pytest.mark.parametrize("digits", [20, 400, 5000])
def test_huge_numbers_are_refused_or_harmless(digits: int) -> None:
    huge = "9" * digits
    for text in (
        f'{{"type":"ack","seq":{huge}}}',
        f'{{"type":"finger","touch":{huge},"x":0,"y":0}}',
        f'{{"type":"finger","touch":0,"x":{huge},"y":0}}',
    ):
        assert refused(text).code == "bad_message"
    with suppress(MessageError):
        message = decode(f'{{"type":"set","params":{{"a":{huge}}}}}')
        assert isinstance(message, Set)
        assert message.params == {"a": int(huge)}


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"type":"view","name":"\xc3("}', b"\x00"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    assert refused(data).code == "bad_message"


def test_a_repeated_key_cannot_change_what_a_message_is() -> None:
    message = decode('{"type":"ack","seq":1,"seq":2}')
    assert isinstance(message, Ack)
    assert refused('{"type":"ping","type":"ack","t":1}').code in ("unknown_type", "bad_message")


def test_too_many_of_anything_is_refused() -> None:
    many = json.dumps({f"p{i}": 1 for i in range(65)})
    assert "params" in refused(f'{{"type":"set","params":{many}}}').message
    names = json.dumps(["fps"] * 33)
    assert "names" in refused(f'{{"type":"subscribe","names":{names}}}').message
    long = "x" * 257
    assert "params" in refused(f'{{"type":"set","params":{{"a":"{long}"}}}}').message
    assert "name" in refused(f'{{"type":"hello","protocol":1,"name":"{long}"}}').message
    assert refused('{"type":"view","name":"' + "x" * 65 + '"}').code == "bad_message"


def test_a_long_wrong_type_is_quoted_shortly() -> None:
    assert len(refused(json.dumps({"type": "y" * 30_000})).message) < 300


anna = Visitor(id=1, name="Anna", colour="#112233")
LINE = chat.Said(room="R", by=1, name="Anna", colour="#112233", text="hi", count=2, at=0.5)
SPOKEN = {"type": "said", "room": "R", "from": 1, "name": "Anna", "colour": "#112233",
          "text": "hi", "count": 2, "at": 0.5}  # fmt: skip
SAID: list[tuple[messages.ServerMessage, dict[str, Any]]] = [
    (
        Welcome(id=3, you=You(id=1, name="Anna", colour="#112233", role="kiosk", resume="r"),
                room="R", model={"name": "M"}, visitors=[anna],
                state=RoomState(running=True, params={"a": 1}, sim_time=0.5)),
        {"type": "welcome", "id": 3, "room": "R", "model": {"name": "M"},
         "you": {"id": 1, "name": "Anna", "colour": "#112233", "role": "kiosk", "resume": "r"},
         "state": {"running": True, "params": {"a": 1}, "sim_time": 0.5},
         "visitors": [{"id": 1, "name": "Anna", "colour": "#112233", "role": "guest"}]},
    ),
    (messages.Queued(place=1, of=3), {"type": "queue", "place": 1, "of": 3}),
    (
        messages.Invitation(code="K7QX2M"),
        {"type": "invitation", "url": "", "address": "", "name": "", "code": "K7QX2M", "svg": ""},
    ),
    (messages.Locked(locked=True), {"type": "locked", "locked": True}),
    (Reply(id=2, value=[1, None]), {"type": "reply", "id": 2, "value": [1, None]}),
    (Reply(value=None), {"type": "reply", "value": None}),
    (
        RoleGranted(role="operator", key="k", resume="r"),
        {"type": "role", "role": "operator", "key": "k", "resume": "r"},
    ),
    (
        State(running=False, sim_time=0.0),
        {"type": "state", "running": False, "sim_time": 0.0, "params": {}, "by": None,
         "action": None},
    ),
    (Pong(id=None, t=1.5), {"type": "pong", "id": None, "t": 1.5}),
    (
        ChannelNames(names=["fps"], subscribed=[]),
        {"type": "channels", "names": ["fps"], "subscribed": []},
    ),
    (ChannelValue(name="fps", value=0), {"type": "channel", "name": "fps", "value": 0}),
    (
        Visitors(joined=[1], left=[], list=(anna,)),
        {"type": "visitors", "joined": [1], "left": [],
         "list": [{"id": 1, "name": "Anna", "colour": "#112233", "role": "guest"}]},
    ),
    (Notice(level="info", text="hi"), {"type": "notice", "level": "info", "text": "hi"}),
    (
        Error(id="x", code="busy", message="later"),
        {"type": "error", "id": "x", "code": "busy", "message": "later"},
    ),
    (
        idle.Idle(phase="busy", left_s=0.0),
        {"type": "idle", "phase": "busy", "left_s": 0.0},
    ),
    (chat.Echoed(data=None), {"type": "echoed", "data": None}),
    (LINE, SPOKEN),
    (
        chat.RoomNames(names=["R"], muted=[], you_muted=False),
        {"type": "rooms", "names": ["R"], "muted": [], "you_muted": False},
    ),
    (chat.Lines(room="R", lines=(LINE,)), {"type": "lines", "room": "R", "lines": [SPOKEN]}),
    (chat.Closed(room="R", by=1), {"type": "closed", "room": "R", "by": 1}),
    (
        chat.Muted(muted=True, visitor=None, room="R", by=1),
        {"type": "muted", "muted": True, "visitor": None, "room": "R", "by": 1},
    ),
    (chat.Farewell(), {"type": "bye"}),
]  # fmt: skip


@pytest.mark.parametrize(("message", "fields"), SAID, ids=lambda value: type(value).__name__)
def test_a_server_message_has_just_these_fields(
    message: messages.ServerMessage, fields: dict[str, Any]
) -> None:
    assert json.loads(encode(message)) == fields


def test_every_server_message_is_listed_here() -> None:
    assert {type(message) for message, _ in SAID} == set(messages.ServerMessage.__args__)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
field_names = st.sampled_from(
    ["type", "id", "protocol", "room", "accept", "params", "action", "args", "touch", "x", "y",
     "down", "seq", "t", "rtt", "names", "name", "pin", "data", "text", "room", "muted", "visitor"]
)  # fmt: skip


@given(
    st.dictionaries(field_names, json_values),
    st.sampled_from([str(kind.__struct_config__.tag) for kind in ClientMessage.__args__]),
)
def test_any_fields_give_a_message_or_an_answer(fields: dict[str, Any], kind: str) -> None:
    data = json.dumps({**fields, "type": kind}).encode("utf-8", "surrogatepass")
    try:
        message = decode(data)
    except MessageError as fault:
        encode(fault.reply)
    else:
        assert decode(msgspec.json.encode(message)) == message


@given(st.binary(max_size=60))
def test_any_bytes_give_a_message_or_an_answer(data: bytes) -> None:
    try:
        decode(data)
    except MessageError as fault:
        encode(fault.reply)
