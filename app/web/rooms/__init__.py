"""Rooms as the web server has them: viewers, sessions, admission, chat."""
