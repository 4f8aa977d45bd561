"""What may be done to a dossier and what follows from it, without Django."""
