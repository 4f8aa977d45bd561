"""Reading forms, deciding what is asked, and checking answers, without Django."""
