"""Named reads of citizens' pages."""
