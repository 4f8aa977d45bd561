"""Payments without Django: codes, signatures, words and how a payment stands."""
