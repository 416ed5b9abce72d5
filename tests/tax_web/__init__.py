"""Tests of the tax desk as its officers use it: real pages, real forms, the real database."""
