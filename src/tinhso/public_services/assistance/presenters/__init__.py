"""Sessions in which people are helped, as pages show them."""
