"""`main.py compute`: rooms for web servers on other machines, without a web page of its own."""

from __future__ import annotations

import signal
import sys
import threading
from functools import partial

import zmq

from app.compute.server import ComputeServer
from app.engines.base import SWITCH_S
from app.engines.fft_planner import study_later
from app.engines.process import ProcessEngine
from app.engines.startup_model import UnfitError, prepare
from app.process.launch import EXIT_OK, EXIT_USAGE, report
from app.process.log_file import begin_logging, kept
from app.reload_wait import once_mended
from app.settings.compute import ComputeSettings, parse_or_exit
from app.startup_checks import Fit, check_compute
from app.transport.address import bindable


def run(argv: list[str]) -> int:
    """Serve until a signal comes. Returns the exit code."""
    settings = parse_or_exit(argv)
    with kept(settings.log_file):
        begin_logging(settings.log_level)
        return _serve(settings)


def _serve(settings: ComputeSettings) -> int:
    try:
        found = once_mended(partial(check_compute, settings), settings.reload, threading.Event())
        assert found is not None  # a signal ends the process that waits
        server = _server(settings, found)
    except UnfitError as fault:
        return _refuse(str(fault))
    except zmq.ZMQError as fault:
        return _refuse(f"{bindable(settings.bind, settings.port)} cannot be used: {fault}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    sys.setswitchinterval(SWITCH_S)
    report("READY", server.endpoint)
    study_later(settings.params)
    server.run()
    return EXIT_OK


def _server(settings: ComputeSettings, fit: Fit) -> ComputeServer:
    own = partial(ProcessEngine, *fit.own) if fit.own else None
    server = ComputeServer(
        endpoint=bindable(settings.bind, settings.port or "*"),
        model=fit.model,
        fps=settings.fps,
        params=settings.params,
        idle_s=settings.idle_s,
        keys=fit.keys,
        may_quit=settings.allow_quit,
        calls=settings.calls,
        own=own,
    )
    if own is None:
        prepare(fit.model, settings.params)
    return server


def _refuse(text: str) -> int:
    sys.stderr.write(f"vortarium: {text}\n")
    return EXIT_USAGE
