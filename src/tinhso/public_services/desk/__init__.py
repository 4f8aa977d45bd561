"""Officials' pages (bàn làm việc): what waits for whom, and everything that is done to a dossier."""
