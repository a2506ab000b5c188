"""The fused split step: see `layout` for how a field lies in memory and what the two passes do."""
