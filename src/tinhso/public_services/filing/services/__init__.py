"""What filing writes beside drafts and dossiers."""
