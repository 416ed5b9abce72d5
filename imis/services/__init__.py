"""Use cases about people; each is one transaction with one audit row."""
