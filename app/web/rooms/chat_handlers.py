"""A session's handlers for its visitor's chat messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.protocol.chat import (
    Broadcast,
    CloseRoom,
    Echo,
    Echoed,
    JoinRoom,
    LeaveRoom,
    ListRooms,
    Mute,
    Say,
)
from app.protocol.errors import ContractError
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom


def chat_actions(
    viewer: Viewer, web_room: WebRoom, registry: RoomRegistry
) -> dict[type, Callable[[Any], None]]:
    """Return the handler of each chat message; they raise ContractError."""
    chat = registry.chat

    def echo(message: Echo) -> None:
        try:
            viewer.send(Echoed(id=message.id, data=message.data))
        except RecursionError:
            raise ContractError("bad_message", "data is nested too deeply") from None

    def join(message: JoinRoom) -> None:
        lines = chat.join(viewer, web_room, message.room)
        viewer.send(chat.rooms(viewer, web_room, message.id))
        viewer.send(lines)

    def leave(message: LeaveRoom) -> None:
        chat.leave(viewer, web_room, message.room)
        viewer.send(chat.rooms(viewer, web_room, message.id))

    def say(message: Say) -> None:
        chat.say(viewer, web_room, message.room or web_room.name, message.text, message.id)

    def mute(message: Mute) -> None:
        if message.visitor is not None:
            chat.mute_visitor(viewer, message.visitor, message.muted, message.id)
        else:
            chat.mute_room(viewer, message.room or web_room.name, message.muted, message.id)

    return {
        Echo: echo,
        Say: say,
        Broadcast: lambda message: chat.broadcast(viewer, message.text, message.id),
        JoinRoom: join,
        LeaveRoom: leave,
        ListRooms: lambda message: viewer.send(chat.rooms(viewer, web_room, message.id)),
        CloseRoom: lambda message: registry.close_room(viewer, message.room, message.id),
        Mute: mute,
    }
