"""Edges of the map: pages and fragments, and tiles."""
