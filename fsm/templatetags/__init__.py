"""Template filters of the sludge service."""
