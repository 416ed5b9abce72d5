"""Screens of networks and connections."""
