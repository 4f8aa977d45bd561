"""Named reads of dossiers."""
