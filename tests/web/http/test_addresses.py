"""This computer's addresses, whatever networks it is on."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import ifaddr
import pytest

from app.web.http import addresses
from app.web.http.addresses import in_url, own_addresses
from tests.support.exhibit import READY_S, ROOT


class Adapter(NamedTuple):
    nice_name: str
    ips: list[ifaddr.IP]


def adapter(name: str, *given: str) -> Adapter:
    """As the library tells of one."""
    ips = [(one, 0, 0) if ":" in one else one for one in given]
    return Adapter(name, [ifaddr.IP(ip, 24, name) for ip in ips])


LOOP = adapter("lo", "127.0.0.1", "::1")
HALL = adapter("eth0", "192.168.4.1", "fe80::1", "fd00::1")


@pytest.mark.parametrize(
    ("adapters", "routed", "expected"),
    [
        ([LOOP], [], []),
        ([], [], []),
        ([LOOP, HALL], [], ["192.168.4.1", "fd00::1"]),
        ([LOOP, adapter("eth0", "fe80::1", "2001:db8::5")], [], ["2001:db8::5"]),
        ([LOOP, adapter("eth0", "fe80::1")], [], []),
        ([adapter("eth0", "169.254.9.9"), HALL], [], ["192.168.4.1", "fd00::1", "169.254.9.9"]),
        ([HALL, adapter("wlan0", "10.0.0.5")], ["10.0.0.5"],
         ["10.0.0.5", "192.168.4.1", "fd00::1"]),
        ([adapter("docker0", "172.17.0.1"), adapter("tun0", "10.8.0.2"), HALL], ["10.8.0.2"],
         ["192.168.4.1", "fd00::1", "10.8.0.2", "172.17.0.1"]),
        ([adapter("VirtualBox Host-Only Ethernet Adapter", "192.168.56.1"), HALL], [],
         ["192.168.4.1", "fd00::1", "192.168.56.1"]),
    ],
)  # fmt: skip
def test_the_likeliest_comes_first(
    adapters: list[Adapter],
    routed: list[str],
    expected: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters)
    monkeypatch.setattr(addresses, "_routed", lambda: iter(routed))
    assert own_addresses() == expected


def test_a_page_takes_brackets_around_an_ipv6_address() -> None:
    assert (in_url("192.168.4.1"), in_url("fd00::1")) == ("192.168.4.1", "[fd00::1]")


def said_on_network(
    tmp_path: Path, words: list[str], commands: str, expected: str
) -> tuple[str, str]:
    """What an exhibit on a network of its own says until `expected`, and its page's answer there.

    `commands` set up the network; `v0` is an interface of it.
    """
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("this system makes no networks of its own")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode:
        pytest.skip("no network may be made here")
    script = tmp_path / "network.sh"
    script.write_text(
        "set -e; ip link set lo up; ip link add v0 type veth peer name v1\n"
        f'{commands}\nip link set v0 up; ip link set v1 up; sleep 0.2\nexec "$@"\n',
        encoding="utf-8",
    )
    process = subprocess.Popen(
        ["unshare", "-n", "bash", str(script), sys.executable, str(ROOT / "main.py"), *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd="/",
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
    )  # fmt: skip
    assert process.stdout is not None
    said, end = b"", time.monotonic() + READY_S
    try:
        while expected.encode() not in said:
            left = max(0.0, end - time.monotonic())
            assert select.select([process.stdout], [], [], left)[0], said.decode()
            piece = os.read(process.stdout.fileno(), 4096)
            assert piece, said.decode()
            said += piece
        return said.decode(), _asked(process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        process.stdout.close()


def _asked(pid: int) -> str:
    """What /healthz answers at v0's IPv6 address, asked on the same network."""
    ask = (
        "import http.client as h; c = h.HTTPConnection('fd00::1', 8765, timeout=10); "
        "c.request('GET', '/healthz'); print(c.getresponse().status)"
    )
    words = ["nsenter", "-t", str(pid), "-n", sys.executable, "-c", ask]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


EXHIBIT = ["--headless", "--lan", "--port=8765", "--Nx=32", "--Ny=32"]
V4 = "ip addr add 192.168.4.1/24 dev v0"
V6 = "ip addr add fd00::1/64 dev v0 nodad"


def test_guests_are_invited_without_a_gateway(tmp_path: Path) -> None:
    said, _ = said_on_network(tmp_path, EXHIBIT, V4, "(code ")
    assert "Guests on this network: http://192.168.4.1:8765/#join=" in said


@pytest.mark.long
def test_guests_are_invited_where_there_is_ipv6_alone(tmp_path: Path) -> None:
    said, status = said_on_network(tmp_path, EXHIBIT, V6, "(code ")
    assert "Guests on this network: http://[fd00::1]:8765/#join=" in said
    assert status == "200"


@pytest.mark.long
def test_the_doctor_names_every_address(tmp_path: Path) -> None:
    words = ["doctor", *EXHIBIT]
    said, _ = said_on_network(tmp_path, words, f"{V4}; {V6}", "kernels")
    assert "http://192.168.4.1:8765/" in said
    assert "http://[fd00::1]:8765/" in said


def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    said, _ = said_on_network(tmp_path, EXHIBIT, "", "no network")
    assert said.count("this computer is on no network") == 1
