"""A generated city for demonstrations, tests and benchmarks: nothing in it is a real person or place.

Geometry comes from `frame` (river and wards), `streets`, `plots` and `footprints`; people and facts from
`names` and `register`; five years of tax from `history`. Everything is a function of the size alone.
"""
