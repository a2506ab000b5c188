"""CURVE keys: made in pairs, checked when read, and needed to get anything."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import zmq

from app.transport.keys import KeyFileError, Keys, read, run, write_pair
from tests.compute.conftest import Serve, Visit


def test_a_pair_knows_each_other(tmp_path: Path) -> None:
    server_file, client_file = write_pair(tmp_path)
    server, client = read(str(server_file)), read(str(client_file))
    assert server.peers == (client.public,)
    assert client.peers == (server.public,)
    assert zmq.curve_public(server.secret) == server.public
    assert {path.stat().st_mode & 0o777 for path in (server_file, client_file)} == {0o600}


def test_another_client_gets_keys_and_the_first_keeps_his(tmp_path: Path) -> None:
    server_file, client_file = write_pair(tmp_path)
    before, first = read(str(server_file)), read(str(client_file))
    write_pair(tmp_path)
    after, second = read(str(server_file)), read(str(client_file))
    assert after.secret == before.secret
    assert after.peers == (first.public, second.public)


@pytest.mark.parametrize(
    "text", ["", "public = 3", "public = 'short'\nsecret = 'short'", "\x00", "peers = 'x'", "a = ["]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.key"
    file.write_text(text)
    with pytest.raises(KeyFileError, match=r"a\.key"):
        read(str(file))
    with pytest.raises(KeyFileError, match="cannot be read"):
        read(str(tmp_path / "none.key"))


def test_the_command_names_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([str(tmp_path / "keys")]) == 0
    shown = capsys.readouterr().out
    assert all(str(path) in shown for path in (tmp_path / "keys").iterdir())
    assert run(["--nonsense"]) == 2


def test_only_known_keys_get_anything(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    server, client = (read(str(file)) for file in write_pair(tmp_path))
    stranger = Keys(*zmq.curve_keypair(), (server.public,))
    misled = msgspec.structs.replace(client, peers=(stranger.public,))
    service = serve(keys=server)
    wrong = [visit(zmq.DEALER, service, keys=keys) for keys in (stranger, misled, None)]
    for one in wrong:
        one.socket.send_multipart([b"", b"VT1"])
    known = visit(zmq.DEALER, service, keys=client)
    assert b"greeting" in known.ask(b"", b"VT1")[1]
    assert not any(one.socket.poll(100) for one in wrong)
