"""Exhibits: one model per file, and what they share."""
