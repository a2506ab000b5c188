"""A super_hydro server as the way to rooms: its wire, its layout, its model."""
