"""What is filled in about sessions in which people are helped."""
