"""The sludge service as pure functions: what may follow what, what it costs, what it measures."""
