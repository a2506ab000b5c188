"""Tokens: ours are known again, others' and old ones are not."""

from __future__ import annotations

import time

import pytest

from app.protocol.messages import Visitor
from app.web.auth import tokens
from app.web.auth.tokens import Identity

ANNA = Visitor(id=2**32 - 1, name="Änna <b>", colour="#aabbcc", role="operator")


@pytest.fixture
def ours() -> Identity:
    return Identity("secret of the launch")


def test_a_visitor_comes_back_as_himself_even_to_another_server(ours: Identity) -> None:
    token = ours.resume_token(ANNA)
    assert Identity("secret of the launch").resumed(token) == ANNA


@pytest.mark.parametrize("other", ["", "x", "a.b.c", "WzFd.x.y", "\0", "🐟.🐟.🐟", "." * 400])
def test_what_is_no_token_is_nobody(ours: Identity, other: str) -> None:
    assert ours.resumed(other) is None
    assert not ours.is_operator(f"Bearer {other}")


def test_a_token_of_another_launch_is_nobodys(ours: Identity) -> None:
    assert ours.resumed(Identity("another secret").resume_token(ANNA)) is None


def test_a_changed_token_is_nobodys(ours: Identity) -> None:
    token = ours.resume_token(Visitor(id=1, name="A", colour="#000000"))
    for at in range(0, len(token), 7):
        forged = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert ours.resumed(forged) is None
    operators = ours.resume_token(ANNA)
    payload, rest = operators.split(".", 1)
    assert ours.resumed(f"{payload}.{token.split('.', 1)[1]}") is None
    assert ours.resumed(f"{token.split('.', 1)[0]}.{rest}") is None


def test_tokens_grow_old(ours: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    resume, key = ours.resume_token(ANNA), f"Bearer {ours.operator_key()}"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + tokens.OPERATOR_S + 5)
    assert not ours.is_operator(key)
    assert ours.resumed(resume) == ANNA
    monkeypatch.setattr(time, "monotonic", lambda: now + tokens.RESUME_S + 5)
    assert ours.resumed(resume) is None


def test_a_resume_token_is_no_operators_key(ours: Identity) -> None:
    assert not ours.is_operator(f"Bearer {ours.resume_token(ANNA)}")
    assert ours.resumed(ours.operator_key()) is None


def test_an_operators_key_needs_its_scheme(ours: Identity) -> None:
    key = ours.operator_key()
    assert ours.is_operator(f"Bearer {key}")
    assert ours.is_operator(f"bearer {key}")
    for header in ("", key, f"Basic {key}", "Bearer", "Bearer ", f"Bearer {key}x"):
        assert not ours.is_operator(header)


def test_numbers_fit_into_frames_and_differ(ours: Identity) -> None:
    numbers = {ours.new("guest", "").id for _ in range(500)}
    assert len(numbers) == 500
    assert all(0 < number < 2**32 for number in numbers)
