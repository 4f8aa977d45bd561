"""What was done becomes rows of the datasets, and the lake is compared with the database."""
