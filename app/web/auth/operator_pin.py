"""The operator's PIN: set from a terminal, kept hashed, checked with limited tries."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import secrets
import sys
from pathlib import Path

import msgspec

from app.paths import config_dir, write_whole

MIN_PIN_CHARS, MAX_PIN_CHARS = 4, 64
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1


class StoredPin(msgspec.Struct):
    """What the file holds: scrypt's parameters, salt and hash."""

    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes


def pin_file() -> Path:
    """Where the hashed PIN is kept."""
    return config_dir() / "operator.json"


def set_pin(pin: str) -> None:
    """Keep `pin`, hashed. Raises ValueError for one too short or long, OSError."""
    if not MIN_PIN_CHARS <= len(pin) <= MAX_PIN_CHARS:
        raise ValueError(f"a PIN has {MIN_PIN_CHARS} to {MAX_PIN_CHARS} characters")
    salt = secrets.token_bytes(16)
    stored = StoredPin(SCRYPT_N, SCRYPT_R, SCRYPT_P, salt, b"")
    stored.hash = _hash(pin, stored)
    write_whole(pin_file(), msgspec.json.encode(stored))


def check_pin(pin: str) -> bool | None:
    """Is `pin` the operator's? None if no good one is kept. Slow on purpose (scrypt)."""
    try:
        stored = msgspec.json.decode(pin_file().read_bytes(), type=StoredPin)
        return hmac.compare_digest(_hash(pin, stored), stored.hash)
    except (OSError, ValueError):  # no file, or none of ours
        return None


def run() -> int:
    """`main.py operator`: ask for a PIN and keep it. Returns the exit code."""
    try:
        if sys.stdin.isatty():
            pin = getpass.getpass("New operator PIN: ")
            if getpass.getpass("The same again: ") != pin:
                return _complain("the two are not the same; nothing was changed")
        else:
            pin = sys.stdin.readline().rstrip("\r\n")
        set_pin(pin)
    except ValueError as fault:
        return _complain(f"{fault}; nothing was changed")
    except OSError as fault:
        return _complain(f"{pin_file()} cannot be written: {fault.strerror}")
    sys.stdout.write(f"The operator's PIN is set; its hash is in {pin_file()}\n")
    return 0


def _complain(text: str) -> int:
    sys.stderr.write(f"vortarium operator: {text}\n")
    return 2


def _hash(pin: str, stored: StoredPin) -> bytes:
    return hashlib.scrypt(
        pin.encode(), salt=stored.salt, n=stored.n, r=stored.r, p=stored.p, maxmem=2**26
    )
