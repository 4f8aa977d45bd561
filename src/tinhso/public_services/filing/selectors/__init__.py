"""Named reads of filing."""
