"""What tests of the program share: exhibits of their own, away from the user's files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.chromium import browser, playwright  # noqa: F401 (fixtures)
from tests.support.exhibit import Exhibit
from tests.support.serving import Serving

# The same examples in every run, however busy the machine; nothing is kept beside the program.
settings.register_profile(
    "same",
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent

SMALL = ("--headless", "--port", "0", "--Nx", "96", "--Ny", "64", "--tracers", "100",
         "--log-level", "warning")  # fmt: skip
"""A pool that is not square, so that x and y cannot be confused."""

StartExhibit = Callable[..., Exhibit]


PROCESSES = {"environment", "browser", "service", "display", "playwright", "cache_home"}
"""Fixtures that start servers, browsers or windows."""
FOLDERS = {
    "blackbox",
    "browser",
    "client",
    "window",
    "frozen",
    "engines",
    "compute",
    "bench",
    "models",
}
"""Whose tests start servers, browsers or windows by themselves, or compute for long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it needs, so that nobody has to remember."""
    tests = Path(__file__).parent
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        folder = item.path.relative_to(tests).parts[0]
        alone = not fixtures & PROCESSES and folder not in FOLDERS
        item.add_marker(pytest.mark.unit if alone else pytest.mark.integration)


FIRST_START_S = 100.0
"""On a busy machine, kernels take a while to compile."""


def surroundings(cache_home: Path, config_home: Path) -> dict[str, str]:
    """An environment without the user's settings, display or configuration."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VORTARIUM_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY"))
    }
    homes = {
        "XDG_CACHE_HOME": cache_home,
        "XDG_CONFIG_HOME": config_home,
        "XDG_DATA_HOME": config_home.with_name(f"{config_home.name}-data"),
        "XDG_STATE_HOME": config_home.with_name(f"{config_home.name}-state"),
    }
    return {**kept, **{name: str(home) for name, home in homes.items()}}


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled kernels and plans: made once for all tests, before any of them waits for a frame."""
    home = tmp_path_factory.mktemp("cache")
    around = surroundings(home, tmp_path_factory.mktemp("config"))
    # Else every exhibit would begin to compile it while it is tested.
    compiled = "from models.numerics.fused import ready; ready.plan((64, 64)) and ready.compiled()"
    subprocess.run([sys.executable, "-c", compiled], env=around, check=True, cwd=ROOT)
    first = Exhibit(*SMALL, environment=around)
    try:
        client = first.ready().connect()
        client.send(type="hello", protocol=1)
        client.hear("welcome", patience_s=FIRST_START_S)
        client.see(patience_s=FIRST_START_S)
    finally:
        first.kill()
    return home


@pytest.fixture(scope="module")
def environment(cache_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The surroundings of a module's exhibits."""
    return surroundings(cache_home, tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="module")
def module_exhibit(environment: dict[str, str]) -> Iterator[Exhibit]:
    """One running exhibit for a whole module; tests take `exhibit`."""
    exhibit = Exhibit(*SMALL, environment=environment)
    try:
        yield exhibit.ready()
    finally:
        exhibit.kill()


@pytest.fixture
def exhibit(module_exhibit: Exhibit) -> Iterator[Exhibit]:
    """A running exhibit without visitors, whose fluid flows and starts again."""
    yield module_exhibit
    module_exhibit.dismiss()


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[StartExhibit]:
    """Starts exhibits of the test's own, with other arguments or surroundings."""
    started: list[Exhibit] = []

    def begin(*arguments: str, **variables: str) -> Exhibit:
        started.append(Exhibit(*arguments, environment={**environment, **variables}))
        return started[-1]

    yield begin
    for exhibit in started:
        exhibit.kill()


@pytest.fixture
def serving(environment: dict[str, str]) -> Iterator[Serving]:
    """A server process without a supervisor, whose secrets the test knows."""
    server = Serving(environment)
    yield server
    server.kill()
