"""Ratios against a plain COPY or a rival, taken in one run with the sides alternated: `bin/imis bench`."""
