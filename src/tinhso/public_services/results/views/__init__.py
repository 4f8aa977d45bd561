"""Pages of results: the leader's, who signs, and the register."""
