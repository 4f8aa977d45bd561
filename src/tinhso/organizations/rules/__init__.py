"""Rules without any database: working days, deadlines, and the placing of units in the tree of another day."""
