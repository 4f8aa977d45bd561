"""Pages of sessions in which people are helped."""
