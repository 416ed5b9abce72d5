"""Ratios against a plain COPY or a rival, taken in one run; `bin/imis bench` (docs: performance in docs/guide)."""
