"""views of the module."""
