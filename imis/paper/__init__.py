"""What every printed paper shares: the typesetter, fonts and inks, QR codes, figures, and the one form of a receipt.

The way of a page: data (JSON, every string ready, in one language) → typst template (layout only) → PDF. Data reaches
typst as a JSON file, never as source, so text written by people cannot be read as markup. Nothing here knows Django,
the clock or the network; an app keeps its own templates beside its own words.
"""
