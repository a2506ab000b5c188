"""The program around the models: rooms, engines, the web and the window."""

__version__ = "0.1.0"
