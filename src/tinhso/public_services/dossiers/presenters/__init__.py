"""Dossiers as papers and pages show them."""
