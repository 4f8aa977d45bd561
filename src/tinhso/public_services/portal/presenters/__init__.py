"""Dossiers in the words of the people whose they are."""
