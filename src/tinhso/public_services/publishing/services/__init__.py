"""Bringing rows into the lake, and samples into the demonstration."""
