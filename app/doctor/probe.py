"""`main.py probe`: opens a window that nobody sees, and reports what draws in it.

A process of its own, started by the doctor: a toolkit that fails may take its process with it.
"""

from __future__ import annotations

import json

from app.process.launch import EXIT_NO_WINDOW, EXIT_OK, report
from app.window.run import prepare_toolkit

REPORT = "RENDERER"
LOADED_S = 20.0
WHO_DRAWS = """
(() => {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return "";
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
})()
"""


def run() -> int:
    """Report, as one line on standard output. Returns the exit code."""
    prepare_toolkit()
    try:
        import webview  # the toolkits behind it are slow to import, and may be missing
    except ImportError as missing:
        report("NOWINDOW", f"{missing.name} is not installed")
        return EXIT_NO_WINDOW
    window = webview.create_window("Vortarium", html="<!doctype html><p>", hidden=True)
    assert window is not None

    def report_renderer() -> None:
        window.events.loaded.wait(LOADED_S)
        report(REPORT, json.dumps(window.evaluate_js(WHO_DRAWS)))
        window.destroy()

    try:
        webview.start(report_renderer, private_mode=True)
    except webview.errors.WebViewException as fault:
        report("NOWINDOW", " ".join(str(fault).split()))
        return EXIT_NO_WINDOW
    return EXIT_OK
