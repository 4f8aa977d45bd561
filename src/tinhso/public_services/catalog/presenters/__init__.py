"""The catalog as pages show it."""
