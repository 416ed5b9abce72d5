"""What makes a posting right and what its hash is taken over: pure functions, no database."""
