"""The program around the models: rooms, engines, the web and the window."""
