"""Vortarium: choose a role, wire it, run it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)


def exhibit() -> int:
    """The exhibit itself: server and window, supervised."""
    import msgspec

    from app.process.launch import EXIT_OK, report
    from app.process.single_instance import RunsAlreadyError, only_one
    from app.process.supervisor import Supervisor
    from app.settings.exhibit import parse_or_exit

    settings = parse_or_exit(sys.argv[1:])
    try:
        with only_one(settings.port):
            return Supervisor(msgspec.to_builtins(settings)).run()
    except RunsAlreadyError as other:
        report(str(other))
        return EXIT_OK


def serve() -> int:
    """The server process; only the supervisor starts it."""
    from app.serve import run

    return run()


def window() -> int:
    """The window process; only the supervisor starts it."""
    from app.window.run import run

    return run()


def operator() -> int:
    """Set the operator's PIN."""
    from app.web.auth.operator_pin import run

    return run()


def compute() -> int:
    """Compute rooms for exhibits on other machines."""
    from app.compute.run import run

    return run(sys.argv[1:])


def model() -> int:
    """A process for a user's models; only the server starts it."""
    from app.compute.child import run

    return run()


def new() -> int:
    """Write a small model to begin from."""
    from app.new_model import run

    return run(sys.argv[1:])


def study() -> int:
    """Find faster Fourier plans; only servers start it."""
    from app.engines.fft_planner import run

    return run(sys.argv[1:])


def keys() -> int:
    """Make keys for a compute server and an exhibit."""
    from app.transport.keys import run

    return run(sys.argv[1:])


def config() -> int:
    """Show each setting in force, and where it came from."""
    from app.show_config import run

    return run(sys.argv[1:])


def bench() -> int:
    """Measure what the exhibit reaches on this machine."""
    from app.bench.run import run

    return run(sys.argv[1:])


def doctor() -> int:
    """Check whether this computer is fit for the exhibit, and say what to do."""
    from app.doctor.run import run

    return run(sys.argv[1:])


def probe() -> int:
    """A window that nobody sees; only the doctor starts it."""
    from app.doctor.probe import run

    return run()


# Each role imports what it needs and no more: the supervisor stays small, the server windowless.
ROLES: dict[str, Callable[[], int]] = {
    "serve": serve,
    "window": window,
    "operator": operator,
    "compute": compute,
    "model": model,
    "new": new,
    "study": study,
    "keys": keys,
    "config": config,
    "bench": bench,
    "doctor": doctor,
    "probe": probe,
}


PRINTING = {operator, new, keys, config, bench, doctor}
"""Short roles whose output is their purpose: they wait for a pager, and a full disk is a fault."""


def main() -> int:
    """Run the role named first on the command line, or the exhibit; the exit code."""
    if HERE not in sys.path:  # where Python was told to leave it out, as by -P
        sys.path.insert(0, HERE)
    _replace_missing_streams()
    _speak_utf8()
    _lend_to_multiprocessing()
    role = ROLES.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if role is not None:
        del sys.argv[1]
    from app.process import streams

    if role in PRINTING:
        streams.encode_whatever()
    else:
        streams.last()
    try:
        return (role or exhibit)()
    except Exception:  # noqa: BLE001
        # A windowed app would show it in a dialog and wait, and nobody would start it again.
        traceback.print_exc()
        return 1


def _replace_missing_streams() -> None:
    """A program that Windows starts without a console has nowhere to write: let it not matter."""
    for name, number in (("stdout", -11), ("stderr", -12)):
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
            setattr(sys, name, nowhere)
            if sys.platform == "win32":
                # What this one starts inherits the handle, and would get a broken pipe for none.
                import ctypes
                import msvcrt

                handle = ctypes.c_void_p(msvcrt.get_osfhandle(nowhere.fileno()))
                ctypes.windll.kernel32.SetStdHandle(ctypes.c_ulong(number), handle)


def _speak_utf8() -> None:
    """Files, names and arguments are UTF-8, whatever the locale and whoever is started.

    Python decides this once, as it starts; app.process.streams sees to what is written.
    """
    os.environ["PYTHONUTF8"] = "1"  # for all that is started from here
    bundled = hasattr(sys, "frozen")  # packaging/vortarium.spec says it to those
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8" and not bundled:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def _lend_to_multiprocessing() -> None:
    """What a person's model starts by `multiprocessing` is, in the app, this executable again."""
    from app.paths import FROZEN

    if FROZEN:
        from multiprocessing import freeze_support

        freeze_support()


if __name__ == "__main__":
    sys.exit(main())
