"""Who may log in as operator: checks PINs, slowly, and makes wrong ones wait."""

from __future__ import annotations

from app.paths import OWN_NAME
from app.protocol.errors import ContractError
from app.transport.token_bucket import Attempts
from app.web.auth.operator_pin import check_pin
from app.web.http.offload import apart

ANYBODY = "*"
"""The key under which wrong PINs from everywhere add up."""


class Pins:
    """Wrong ones from one address, or from all together, cost waiting."""

    def __init__(self) -> None:
        self._here = Attempts()
        self._everywhere = Attempts(allowed=20)

    def check(self, pin: str, address: str) -> None:
        """Return if `pin` is the operator's. Raises ContractError. Waits, in its greenlet alone."""
        wait = max(self._here.wait_s(address), self._everywhere.wait_s(ANYBODY))
        if wait > 0:
            raise ContractError("too_fast", f"too many wrong PINs; try again in {wait:.0f} s")
        # Counted before the slow check, so that guesses side by side are limited as well.
        self._here.wrong(address)
        self._everywhere.wrong(ANYBODY)
        good = apart(check_pin, pin)
        if good is None:
            how = f"`{OWN_NAME} operator` on the exhibit's computer sets one"
            raise ContractError("forbidden", f"no operator PIN is set; {how}")
        if not good:
            raise ContractError("forbidden", "that is not the PIN")
        self._here.right(address)
        self._everywhere.right(ANYBODY)
