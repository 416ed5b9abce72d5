"""Paper of the sludge service: the monthly report as PDF and as a workbook."""
