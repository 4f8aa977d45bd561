"""Named reads of sessions in which people are helped."""
