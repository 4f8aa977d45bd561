"""Pages about money: the applicant's, the counter's, and the door of providers."""
