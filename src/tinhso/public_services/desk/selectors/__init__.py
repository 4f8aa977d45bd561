"""What officials find: their inbox, the register, the figures of the report."""
