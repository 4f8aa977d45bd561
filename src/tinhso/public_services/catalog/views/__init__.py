"""Pages of the catalog: the public ones, and those on which it is managed (`manage`)."""
