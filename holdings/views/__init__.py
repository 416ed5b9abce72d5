"""Screens of the register and of survey files."""
