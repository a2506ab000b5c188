"""Settings that say where the site is: home, address, names of pictures."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from app.web.http.access import is_loopback, lan_address
from tests.blackbox.test_command_line import RunMain, in_one_line, run_main  # noqa: F401
from tests.conftest import SMALL, StartExhibit


def where(url: str) -> tuple[int, str]:
    """Status and target of the answer, which is not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        with urllib.request.build_opener(Stay).open(url, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as told:
        with told:
            return told.code, told.headers.get("Location", "")


@pytest.mark.parametrize(
    ("home", "target"),
    [
        ("Quench", "models/Quench"),
        ("static/a/", "static/a/"),
        ("/static/a/x y.html", "static/a/x%20y.html"),
    ],
)
def test_the_address_alone_leads_home(
    home: str, target: str, tmp_path: Path, start: StartExhibit
) -> None:
    for name in ("index.html", "x y.html"):
        (tmp_path / name).write_text("<p>Hello", encoding="utf-8")
    given = ("--static", f"a={tmp_path}", "--base-path", "/hall", "--home", home)
    exhibit = start(*SMALL, *given).ready()
    assert where(exhibit.url) == (302, target)
    assert exhibit.get("")[0] == 200


def test_it_listens_on_an_address_of_its_own(start: StartExhibit) -> None:
    address = lan_address()
    if is_loopback(address):
        pytest.skip("this machine is on no network")
    exhibit = start(*SMALL, "--lan", "--address", address).ready()
    assert exhibit.json("healthz")["status"] == "ok"
    with urllib.request.urlopen(f"http://{address}:{exhibit.port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", exhibit.port), 5)


def test_an_address_of_another_computer_is_refused(run_main: RunMain) -> None:  # noqa: F811
    said = in_one_line(run_main("--headless", "--lan", "--port", "0", "--address", "192.0.2.9"))
    assert "192.0.2.9 cannot be used" in said


def test_names_of_kept_pictures(start: StartExhibit, tmp_path: Path) -> None:
    folder = tmp_path / "vortarium" / "pictures"
    folder.mkdir(parents=True)
    (folder / "BEC-trap.png").touch()
    (folder / "else.txt").touch()
    for who, status in (("operator", 403), ("off", 403), ("everyone", 200)):
        exhibit = start(*SMALL, "--upload-names", who, XDG_DATA_HOME=str(tmp_path)).ready()
        told, _, body = exhibit.get("api/pictures")
        assert told == status
        if status == 200:
            assert json.loads(body) == {"names": ["BEC-trap.png"]}
        exhibit.kill()
