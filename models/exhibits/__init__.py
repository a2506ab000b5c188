"""One exhibit per file."""
