"""selectors of the module."""
