"""The pywebview window, its lock in a hall and the watchdog of its page."""
