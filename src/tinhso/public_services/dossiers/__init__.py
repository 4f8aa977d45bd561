"""Dossiers (hồ sơ): filed, received, worked on, decided, delivered. One write path changes them, and every change is
an event that stays."""
