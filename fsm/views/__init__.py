"""Screens of the sludge service: board, request, driver, plant, fee, report, fleet."""
