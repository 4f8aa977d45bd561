"""Ways by which packets travel to systems outside."""
