"""What holds of documents without any database."""
