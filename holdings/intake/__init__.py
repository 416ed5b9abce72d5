"""Files that bring something other than holdings: one way to stage, check and apply them, whatever the app."""
