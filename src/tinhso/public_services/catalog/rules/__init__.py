"""What a version of a procedure says, and what is wrong with it, without Django."""
