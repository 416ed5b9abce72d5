"""Forms of the sludge service: cleaning only."""
