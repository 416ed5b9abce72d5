"""Pages of the tax desk: one file a task."""
