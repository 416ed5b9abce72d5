"""Roles × layers × doors: what each of them gives to whom, and the leaks that this would find."""
