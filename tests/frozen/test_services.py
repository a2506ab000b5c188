"""What the built app serves: pages, pictures, feeds, talk, and models of a person's own."""

from __future__ import annotations

import filecmp
import io
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import models
from app.web.http.access import lan_address
from tests.frozen.conftest import FIRST_START_S, SMALL, StartApp
from tests.support.exhibit import ROOT, Exhibit, wait_until
from tests.support.feeding import post

pytestmark = [
    pytest.mark.long,
    # The first test builds the app.
    pytest.mark.timeout(900),
]

LESSON = ROOT / "packaging" / "examples" / "lesson"

OWN = '''
import math
import multiprocessing
import statistics
import xml.etree.ElementTree

from models.exhibits.bec import BEC
from models.exposed import Tracked, exposed
from models.serving import serve

# A process started in this way is the program itself, which must not take that for a new exhibit.
with multiprocessing.get_context("spawn").Pool(1) as pool:
    ROOTS = pool.map(math.sqrt, [4.0])


class Sample:
    a = Tracked(1, low=0, high=10)

    @exposed
    def roots(self) -> list[float]:
        return ROOTS


class Mine(BEC):
    """A fluid of somebody's own."""


serve("sample", Sample())
'''


@pytest.fixture
def own_file(tmp_path: Path) -> str:
    """A file of a person's own, which uses what they may expect to be there."""
    path = tmp_path / "my_models.py"
    path.write_text(OWN, encoding="utf-8")
    return str(path)


def picture() -> bytes:
    """A WebP of two halves."""
    drawn = Image.new("L", (48, 48), 255)
    drawn.paste(0, (0, 0, 24, 48))
    file = io.BytesIO()
    drawn.save(file, "WEBP")
    return file.getvalue()


def test_all_that_pages_ask_for_is_there(start: StartApp, app_folder: Path) -> None:
    drawn = [path.relative_to(ROOT) for path in (ROOT / "ui").rglob("*") if path.is_file()]
    inside = app_folder / "_internal"
    _, differing, missing = filecmp.cmpfiles(ROOT, inside, drawn, shallow=False)
    assert (differing, missing) == ([], [])
    app = start(*SMALL, "--static", f"lesson={LESSON}").ready()
    for name in models.names():
        assert app.get(f"api/models/{name}/thumbnail.jpg")[0] == 200
        status, _, source = app.get(f"api/models/{name}/source")
        assert status == 200
        assert f"class {name}" in re.sub(r"<[^>]*>", "", source.decode())
    assert app.get("static/lesson/")[2] == (LESSON / "index.html").read_bytes()
    for path in ("", "models/BEC", "operator", "ui/js/main.js", "ui/pictures/cloud.svg", "healthz"):
        assert app.get(path)[0] == 200, path


def test_visitors_talk_feed_and_give_pictures(start: StartApp, bare: dict[str, str]) -> None:
    app = start(*SMALL, "--uploads", "everyone", "--talk", "on").ready()
    anna, bert = app.visitor(room="BEC", name="Anna"), app.visitor(room="BEC")
    anna.ask("say", text="hello")
    assert bert.hear("said")["text"] == "hello"
    bert.see(patience_s=FIRST_START_S)
    head = {
        "Authorization": f"Bearer {anna.welcome['you']['resume']}", "Content-Type": "image/webp",
    }  # fmt: skip
    status, _, text = app.get("api/rooms/BEC/upload?as=trap", head, "POST", picture())
    assert status == 202, text
    assert bert.hear("state", lambda message: message["action"] == "picture")["by"] == anna.id
    assert list(Path(bare["HOME"], ".local/share/vortarium/pictures").glob("BEC-trap*.png"))
    with np.load(io.BytesIO(app.get("api/rooms/BEC/snapshot.npz")[2])) as snapshot:
        assert snapshot["psi"].shape == (64, 48)
    app.visitor(room="Cloud")
    assert post(app, {"mood": "rainy"}).status in (200, 202)


@pytest.mark.skipif(lan_address() == "127.0.0.1", reason="there is no network here")
def test_nothing_is_missing_that_gives_it_a_name_on_the_network(start: StartApp) -> None:
    app = start(*SMALL, "--lan").ready()
    # A network may lack multicast, which it says then; it would say of a missing module, too.
    wait_until(lambda: "on this network" in app.errors, "it tries for a name", FIRST_START_S)
    assert "ImportError" not in app.errors
    assert "ModuleNotFoundError" not in app.errors


@pytest.fixture
def far(command: str, bare: dict[str, str], own_file: str) -> Iterator[str]:
    """The endpoint of the app as a compute server for that file."""
    with subprocess.Popen(
        [command, "compute", "--port", "0", "--Nx", "64", "--Ny", "48", "--model", own_file],
        env=bare, cwd="/", stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        try:
            ready, _, endpoint = server.stdout.readline().strip().partition(" ")
            assert ready == "READY"
            yield endpoint
        finally:
            server.terminate()


def serves_own_file(app: Exhibit) -> None:
    """A visitor of `app` sees the file's model and reaches what it serves."""
    visitor = app.connect()
    visitor.send(type="hello", protocol=1, room="Mine")
    # A process has to start first, and starts another by itself.
    assert visitor.hear("welcome", patience_s=FIRST_START_S)["model"]["name"] == "Mine"
    visitor.see(patience_s=FIRST_START_S)
    assert visitor.ask("rpc", op="call", target="sample.roots")["value"] == [2.0]
    assert visitor.ask("rpc", op="get", target="sample.a")["value"] == 1


def test_a_file_of_a_persons_own_is_computed_here(start: StartApp, own_file: str) -> None:
    app = start(*SMALL, "--model", own_file).ready()
    serves_own_file(app)
    app.process.terminate()
    assert app.end() == 0
    wait_until(lambda: not app.pids(), "its processes are gone")


def test_a_file_of_a_persons_own_is_computed_elsewhere(start: StartApp, far: str) -> None:
    serves_own_file(start(*SMALL, "--remote", far).ready())


def test_a_second_start_says_where_the_first_one_is(start: StartApp) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    first = start(*SMALL, "--port", port).ready()
    second = start(*SMALL, "--port", port)
    assert second.end() == 0
    (line,) = second.lines
    assert first.url in line
    assert second.errors == ""
