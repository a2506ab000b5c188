"""Write the bytes that Python and JavaScript must agree on, beside this file.

`python tests/golden/make.py` after a change of the contract; review what changed.

- `messages.json`: `declared` has each message's required and optional fields, the latter with
  their defaults; `client` and `server` have examples: the struct's name, the JSON as it travels,
  and (server) the message as a client that fills in defaults must see it.
- `frame-*.bin` and `frame-*.json`: a frame and what must be read from it; `picture` as a list.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
from msgspec import UNSET

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1]))

from app.protocol import chat, console, frames, idle, messages  # noqa: E402
from app.protocol.frames import FingerMark, VortexMark, WireFrame  # noqa: E402

HOSTILE = "<img src=x onerror=alert(1)> “é” \U0001f300"
ADA = messages.Visitor(id=7, name="Ada", colour="#ffb454")
GUEST = messages.Visitor(id=8, name=HOSTILE, colour="#6ee7b7", role="operator")
MODEL = {"name": "BEC", "parameters": [], "views": [], "grid": True}

CLIENT: list[messages.ClientMessage] = [
    messages.Hello(protocol=1),
    messages.Hello(
        id=0, protocol=1, room="BEC", model="BEC", name=HOSTILE, token="k", resume="r",
        accept=("raw", "jpeg"), queue=True,
    ),
    messages.Login(id="a", pin="1234"),
    messages.Set(id=3, params={"cooling": 0.001, "winding": -4, "cylinder": True, "kind": "x"}),
    messages.Do(action="reset"),
    messages.Do(id=4, action="place", args={"x": 0.25, "y": 1}),
    messages.SelectView(name="phase"),
    messages.Finger(touch=0, x=0.0, y=1.0),
    messages.Finger(touch=255, x=0.125, y=0.5, down=False),
    messages.Ack(seq=2**32 - 1),
    messages.Ping(t=12.5),
    messages.Ping(t=1.0e6, rtt=3.25),
    idle.Here(),
    messages.Channels(id=None),
    messages.Subscribe(names=["fps", "steps_per_s"]),
    messages.Unsubscribe(names=["fps"]),
    chat.Echo(id=5, data={"deep": [1, None, HOSTILE]}),
    chat.Say(text=HOSTILE),
    chat.Say(id="s", text="hi", room="Quench"),
    chat.Broadcast(text="We close at six."),
    chat.JoinRoom(id=1, room="Quench"),
    chat.LeaveRoom(room="Quench"),
    chat.ListRooms(),
    chat.CloseRoom(room="Quench"),
    chat.Mute(visitor=7),
    chat.Mute(room="Quench", muted=False),
    chat.Bye(),
    messages.Rpc(op="get", target="model.cooling"),
    messages.Rpc(id=5, op="call", target="sample.add", args=[4, "x", None], kwargs={"b": [1.5]}),
]  # fmt: skip

LINE = chat.Said(
    room="BEC", by=8, name=HOSTILE[:24], colour="#6ee7b7", text=HOSTILE, count=3, at=1.8e9
)

SERVER: list[messages.ServerMessage] = [
    messages.Welcome(
        id=0,
        you=messages.You(id=7, name="Ada", colour="#ffb454", role="kiosk", resume="token"),
        room="BEC",
        model=MODEL,
        state=messages.RoomState(running=True, params={"cooling": 1e-10}, sim_time=0.5),
        visitors=[ADA, GUEST],
    ),
    messages.RoleGranted(id="a", role="operator", key="secret", resume="token"),
    messages.State(running=False, sim_time=2.0),
    messages.State(id=3, running=True, sim_time=2.5, params={"winding": 3}, by=7, action="reset"),
    messages.Pong(t=12.5),
    messages.ChannelNames(names=["fps", "energy"], subscribed=["fps"]),
    messages.ChannelValue(name="energy", value=0.25),
    messages.ChannelValue(name="energy", value=None),
    messages.Reply(id=5, value=[0.5, "x", {"a": None}]),
    messages.Reply(value=None),
    messages.Visitors(joined=[8], left=[], list=(ADA, GUEST)),
    messages.Notice(level="info", text="Welcome"),
    messages.Notice(level="trouble", text=HOSTILE, until=1.8e9),
    messages.Notice(level="trouble", text="", topic="file"),
    messages.Queued(place=2, of=5),
    messages.Invitation(
        url="http://192.0.2.7:8765/models/BEC#join=K7QX2M",
        address="192.0.2.7:8765",
        name="vortarium.local:8765",
        code="K7QX2M",
        svg="<svg/>",
    ),
    messages.Invitation(),
    idle.Idle(phase="countdown", left_s=9.5),
    console.Locked(locked=True),
    messages.Error(id=3, code="out_of_range", message="cooling: 1e-10 to 1 is allowed, not 2"),
    chat.Echoed(id=5, data=[]),
    LINE,
    chat.Said(id="s", room=None, by=7, name="Ada", colour="#ffb454", text="hi", count=0, at=0.5),
    chat.RoomNames(names=["BEC", "Quench"], muted=["Quench"], you_muted=False),
    chat.Lines(room="BEC", lines=(LINE,)),
    chat.Closed(room="BEC", by=7),
    chat.Muted(muted=True, visitor=8, room=None, by=7),
    chat.Farewell(),
]

FRAMES: dict[str, WireFrame] = {
    "bare": WireFrame(
        frames.RAW, 3, 2, 1, 0.0, -1.0, 1.0, 0, [], np.zeros((0, 2)), [], bytes(range(6))
    ),
    "full": WireFrame(
        frames.JPEG, 256, 128, 2**32 - 1, 1234.5, 0.0, 0.75, 3,
        [
            FingerMark(2**32 - 1, 255, True, (0.0, 1.0), (0.25, 0.5)),
            FingerMark(7, 0, False, (1.0, 0.0), (0.75, 0.125)),
        ],
        np.array([[0.0, 1.0], [0.5, 0.25], [1.0, 0.0]]),
        [VortexMark(0.5, 1.0, 1), VortexMark(0.0, 0.25, -1)],
        b"\xff\xd8 not a real picture, but all of it",
    ),
}  # fmt: skip


def files() -> dict[str, bytes]:
    """Every golden file by name, as it must be now."""
    made = {"messages.json": _json(_messages())}
    for name, frame in FRAMES.items():
        packed = frames.pack(frame)
        made[f"frame-{name}.bin"] = packed
        made[f"frame-{name}.json"] = _json(_seen(packed))
    return made


def _messages() -> dict[str, Any]:
    client, server = get_args(messages.ClientMessage), get_args(messages.ServerMessage)
    return {
        "declared": {"client": _declared(client), "server": _declared(server)},
        "client": [_example(message) for message in CLIENT],
        "server": [{**_example(message), "seen": _with_defaults(message)} for message in SERVER],
    }


def _declared(structs: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    declared = {}
    for struct in structs:
        names, known = struct.__struct_encode_fields__, struct.__struct_defaults__
        # Defaults belong to the last fields; required ones among them are marked.
        defaults = (msgspec.NODEFAULT,) * (len(names) - len(known)) + known
        fields = {name: _plain(value) for name, value in zip(names, defaults, strict=True)}
        del fields["id"]
        declared[str(struct.__struct_config__.tag)] = {
            "required": [name for name in fields if fields[name] is msgspec.NODEFAULT],
            "optional": {k: v for k, v in fields.items() if v is not msgspec.NODEFAULT},
        }
    return declared


def _plain(default: Any) -> Any:
    factory = getattr(default, "factory", None)
    return factory() if factory else default


def _example(message: msgspec.Struct) -> dict[str, Any]:
    return {"struct": type(message).__name__, "json": msgspec.to_builtins(message)}


def _with_defaults(message: msgspec.Struct) -> dict[str, Any]:
    names = message.__struct_encode_fields__  # as they travel
    seen = dict(zip(names, msgspec.structs.astuple(message), strict=True))
    if seen["id"] is UNSET:
        del seen["id"]
    return {"type": message.__struct_config__.tag, **msgspec.to_builtins(seen)}


def _seen(packed: bytes) -> dict[str, Any]:
    frame = frames.unpack(packed)
    return {
        "encoding": frame.encoding,
        "nx": frame.nx,
        "ny": frame.ny,
        "seq": frame.seq,
        "time": frame.time,
        "lo": frame.lo,
        "hi": frame.hi,
        "view": frame.view,
        "fingers": [
            {
                "visitor": mark.visitor,
                "touch": mark.touch,
                "down": mark.down,
                "pointer": {"x": mark.pointer[0], "y": mark.pointer[1]},
                "potential": {"x": mark.potential[0], "y": mark.potential[1]},
            }
            for mark in frame.fingers
        ],
        "tracers": np.rint(frame.tracers * 65535).astype(int).ravel().tolist(),
        "vortices": [vortex._asdict() for vortex in frame.vortices],
        "picture": list(frame.picture),
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
