"""The law of holding tax as pure functions of dated parameters (no Django, no clock)."""
