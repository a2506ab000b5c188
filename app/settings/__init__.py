"""Options of each role, from command line, environment and file."""
