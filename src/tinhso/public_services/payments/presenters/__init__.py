"""Payments as pages and papers show them."""
