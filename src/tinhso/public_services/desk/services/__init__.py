"""What officials do to many dossiers at once."""
