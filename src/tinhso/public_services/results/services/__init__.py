"""Everything that writes results."""
