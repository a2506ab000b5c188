"""The program's processes: supervisor, children, start and end, logs on disk."""
