"""Screens of files brought in."""
