"""Named reads of results."""
