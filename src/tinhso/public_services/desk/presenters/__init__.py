"""Dossiers as officials see them."""
