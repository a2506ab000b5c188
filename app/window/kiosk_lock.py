"""What keeps a kiosk's window where it is, beyond what its page does (ui/js/locked.js).

pywebview offers no downloads, menus, zoom or developer tools unless it is told to; here it also
learns not to close. On Linux the rest is asked of Qt, and all of it here. What only the operating
system can keep from visitors is in packaging/kiosk/README.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

FLAGS = "--disable-pinch --overscroll-history-navigation=0"
"""Chromium's: gestures that the page cannot refuse."""
RETURN_MS = 300
"""Before a window that was made smaller fills the screen again, so as not to fight for ever."""


def lock(window: Any, url: str) -> Callable[[], None]:
    """Lock a window of pywebview's that is not yet shown; what is returned ends it."""
    from webview import settings

    # A link that leaves the exhibit must not open a browser beside it.
    settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = False
    settings["ALLOW_FILE_URLS"] = False
    ending = False

    def end() -> None:
        nonlocal ending
        ending = True
        window.destroy()

    window.events.closing += lambda: ending
    if sys.platform == "linux":
        given = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
        os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = f"{given} {FLAGS}".strip()
        window.events.before_show += lambda: _lock_qt(window.native, url)
    return end


def _lock_qt(shell: Any, url: str) -> None:
    """Lock pywebview's main window `shell`, in Qt's thread, and load `url` into a page of ours."""
    from qtpy.QtCore import QEvent, QObject, QTimer, QUrl
    from qtpy.QtWebEngineCore import QWebEnginePage, QWebEngineSettings

    home = urlsplit(url)

    class LockedPage(QWebEnginePage):
        """Stays in the exhibit, opens nothing and asks nothing."""

        def acceptNavigationRequest(self, to: Any, kind: Any, is_main_frame: bool) -> bool:  # noqa: N802
            back = QWebEnginePage.NavigationType.NavigationTypeBackForward
            return kind != back and (to.scheme(), to.host(), to.port()) == (
                home.scheme, home.hostname, home.port,
            )  # fmt: skip

        def createWindow(self, kind: Any) -> None:  # noqa: N802
            return None

        def chooseFiles(self, mode: Any, old: Any, types: Any) -> list[str]:  # noqa: N802
            return []

        def javaScriptAlert(self, origin: Any, text: Any) -> None:  # noqa: N802
            return None

        def javaScriptConfirm(self, origin: Any, text: Any) -> bool:  # noqa: N802
            return False

        def javaScriptPrompt(self, origin: Any, text: Any, default: Any) -> Any:  # noqa: N802
            return False, ""

    class KeepFull(QObject):
        """Fills the screen again after a key or a window manager has thought otherwise."""

        def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.WindowStateChange and not watched.isFullScreen():
                QTimer.singleShot(RETURN_MS, watched.showFullScreen)
            return False

    view = shell.webview
    page = LockedPage(shell.profile, view)
    settings: Any = page.settings()
    page.permissionRequested.connect(lambda permission: permission.deny())
    may = QWebEngineSettings.WebAttribute
    for attribute in (
        may.JavascriptCanOpenWindows,
        may.JavascriptCanPaste,
        may.NavigateOnDropEnabled,
        may.FullScreenSupportEnabled,
        may.ScreenCaptureEnabled,
        may.PdfViewerEnabled,
        may.PluginsEnabled,
        may.LocalContentCanAccessFileUrls,
    ):
        settings.setAttribute(attribute, False)
    first = view.page()
    view.setPage(page)
    first.deleteLater()
    page.setBackgroundColor(shell.background_color)
    for widget in (shell, view):
        widget.setAcceptDrops(False)
    shell.keep_full = KeepFull(shell)
    shell.installEventFilter(shell.keep_full)
    page.load(QUrl(url))
