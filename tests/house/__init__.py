"""The house checks itself: sizes, floors, locks, documents, and that each check bites."""
