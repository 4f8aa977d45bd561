"""Writing sessions in which people are helped."""
