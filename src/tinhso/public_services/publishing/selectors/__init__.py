"""Dossiers, procedures and help as rows of the datasets, and how the lake compares with them."""
