"""How many numbers one instruction of this processor takes: the lanes of the fused step."""

from __future__ import annotations

from functools import cache

AVX512 = frozenset({"avx512f", "avx512dq", "avx512vl"})
AVX2 = frozenset({"avx2", "fma"})


@cache
def target() -> tuple[str, str, str]:
    """What numba compiles for: system, processor and its abilities; empty without numba.

    Numba's settings (NUMBA_CPU_NAME=generic, NUMBA_CPU_FEATURES) count, not the machine alone.
    """
    try:
        from numba.core.registry import cpu_target
    except ImportError:
        return "", "", ""
    system, name, features = cpu_target.target_context.codegen().magic_tuple()
    return str(system), str(name), str(features)


@cache
def lanes() -> int:
    """Of float32 in a vector; 0 where the fused step would be no gain."""
    abilities = {word[1:] for word in target()[2].split(",") if word.startswith("+")}
    if abilities >= AVX512:
        return 16
    return 8 if abilities >= AVX2 else 0
