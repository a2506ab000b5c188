"""One stage of a transform along a line of elements, compiled once for all that call it.

A stage is called by its address, for what numba calls by name it compiles again for each caller.
"""

from __future__ import annotations

from typing import Any

import numba

from models.numerics.fused import codelets
from models.numerics.fused.codelets import ELEMENT

PAIR = 8
"""Bytes of a complex64."""

SIGNATURE = "void(int64, int64, int64, int64, int64)"

out2, out3, out4, out5, out7 = (codelets.out_stage(radix) for radix in (2, 3, 4, 5, 7))
back2, back3, back4, back5, back7 = (codelets.back_stage(radix) for radix in (2, 3, 4, 5, 7))


def stage_functions(digest: str) -> tuple[Any, Any]:
    """The stage forward and the stage back, kept on disk under `digest` as well.

    Both take the address of a line, its elements, the radix, the elements of a line after the
    stage, and the address of the twiddles.
    """

    def forward(line: int, n: int, radix: int, m: int, table: int) -> None:
        digest  # noqa: B018 - numba has its key from here
        step, row = m * ELEMENT, (radix - 1) * PAIR
        lines = n // (radix * m)
        # The longer loop is the inner one.
        if m >= lines:
            turns, turn, turn_row = lines, radix * step, 0
            count, hop = m, ELEMENT
        else:
            turns, turn, turn_row = m, ELEMENT, row
            count, hop, row = lines, radix * step, 0
        for k in range(turns):
            at, factors = line + k * turn, table + k * turn_row
            if radix == 4:
                for _ in range(count):
                    out4(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 2:
                for _ in range(count):
                    out2(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 3:
                for _ in range(count):
                    out3(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 5:
                for _ in range(count):
                    out5(at, step, factors)
                    at += hop
                    factors += row
            else:
                for _ in range(count):
                    out7(at, step, factors)
                    at += hop
                    factors += row

    def inverse(line: int, n: int, radix: int, m: int, table: int) -> None:
        digest  # noqa: B018
        step, row = m * ELEMENT, (radix - 1) * PAIR
        lines = n // (radix * m)
        if m >= lines:
            turns, turn, turn_row = lines, radix * step, 0
            count, hop = m, ELEMENT
        else:
            turns, turn, turn_row = m, ELEMENT, row
            count, hop, row = lines, radix * step, 0
        for k in range(turns):
            at, factors = line + k * turn, table + k * turn_row
            if radix == 4:
                for _ in range(count):
                    back4(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 2:
                for _ in range(count):
                    back2(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 3:
                for _ in range(count):
                    back3(at, step, factors)
                    at += hop
                    factors += row
            elif radix == 5:
                for _ in range(count):
                    back5(at, step, factors)
                    at += hop
                    factors += row
            else:
                for _ in range(count):
                    back7(at, step, factors)
                    at += hop
                    factors += row

    compiled = numba.cfunc(SIGNATURE, cache=True, error_model="numpy")
    return compiled(forward), compiled(inverse)
