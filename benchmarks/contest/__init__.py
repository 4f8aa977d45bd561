"""The contest of the engine's benchmark: the records, and who else does the same work."""
