"""Template words of the survey screens."""
