"""CURVE keys: `main.py keys` makes a pair of files, one for each end of the connection.

A key file is TOML: `public` and `secret` are its owner's keys, `peers` the public keys of those
with whom its owner communicates. A compute server serves only the peers in its file; a client
trusts only the server whose key is first among its peers, or that `--server-key` names.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import zmq
from msgspec import Struct

from app.paths import OWN_NAME, config_dir, write_whole
from app.toml_file import TomlFileError, parsed, text_of

KEY_CHARS = 40
SERVER_FILE, CLIENT_FILE = "compute-server.key", "compute-client.key"


class KeyFileError(Exception):
    """A key file, or a key, that cannot be used; the text gives the reason."""


class Keys(Struct, frozen=True):
    """One end's keys, in ZeroMQ's Z85 text."""

    public: bytes
    secret: bytes
    peers: tuple[bytes, ...]


def read(path: str) -> Keys:
    """Read the keys in the file `path`. Raises KeyFileError."""
    try:
        text = text_of(path)
    except TomlFileError as fault:
        raise KeyFileError(str(fault)) from None
    try:
        table = parsed(path, text)
    except TomlFileError:
        raise KeyFileError(f"{path} is not a key file; `{OWN_NAME} keys` makes them") from None
    peers = table.get("peers", [])
    if not isinstance(peers, list):
        raise KeyFileError(f"{path}: peers is a list of public keys")
    keys = [checked_key(table.get("public"), path), checked_key(table.get("secret"), path)]
    return Keys(keys[0], keys[1], tuple(checked_key(peer, path) for peer in peers))


def for_client(path: str, server_key: str | None = None) -> Keys:
    """Read a client's keys, with `server_key` instead of the file's. Raises KeyFileError."""
    keys = read(path)
    if server_key is not None:
        keys = msgspec.structs.replace(keys, peers=(checked_key(server_key, "the server's key"),))
    if not keys.peers:
        raise KeyFileError(f"{path} names no server; give the server's key as well")
    return keys


def checked_key(text: object, where: str) -> bytes:
    """Return `text` as a key. Raises KeyFileError."""
    if isinstance(text, str) and len(text) == KEY_CHARS and text.isascii():
        return text.encode()
    raise KeyFileError(
        f"{where}: a key has {KEY_CHARS} characters, as `{OWN_NAME} keys` makes them"
    )


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Make keys for a server and a client that know each other. Raises OSError.

    An existing server file keeps its keys and gets one more peer.
    """
    server_file, client_file = folder / SERVER_FILE, folder / CLIENT_FILE
    client = Keys(*zmq.curve_keypair(), ())
    server = read(str(server_file)) if server_file.exists() else Keys(*zmq.curve_keypair(), ())
    write_whole(server_file, _text(server, (*server.peers, client.public)))
    write_whole(client_file, _text(client, (server.public,)))
    return server_file, client_file


def _text(keys: Keys, peers: tuple[bytes, ...]) -> bytes:
    lines = [
        "# Keep this file secret: whoever has it can act as its owner.",
        f'public = "{keys.public.decode()}"',
        f'secret = "{keys.secret.decode()}"',
        "peers = [" + ", ".join(f'"{peer.decode()}"' for peer in peers) + "]",
    ]
    return "\n".join([*lines, ""]).encode()


def run(arguments: list[str]) -> int:
    """`main.py keys [FOLDER]`: make a pair of key files. Returns the exit code."""
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        return _complain(f"usage: {OWN_NAME} keys [FOLDER]")
    folder = Path(arguments[0]).expanduser() if arguments else config_dir()
    try:
        server_file, client_file = write_pair(folder)
    except KeyFileError as fault:
        return _complain(str(fault))
    except OSError as fault:
        return _complain(f"{folder} cannot be written: {fault.strerror}")
    sys.stdout.write(
        f"For the compute server:   --key {server_file}\n"
        f"For one exhibit, moved there: --key {client_file}\n"
        "Run it once more for each further exhibit.\n"
    )
    return 0


def _complain(text: str) -> int:
    sys.stderr.write(f"vortarium keys: {text}\n")
    return 2
