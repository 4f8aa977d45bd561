"""Ways of paying, each a folder."""
