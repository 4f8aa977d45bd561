"""Everything that writes payments."""
