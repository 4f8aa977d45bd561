"""services of the module."""
