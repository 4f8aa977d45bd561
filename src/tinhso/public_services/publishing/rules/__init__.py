"""What can be said of rows and of the state machine without asking the database."""
