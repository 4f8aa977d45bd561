"""presenters of the module."""
