"""Tỉnh Số: a province's digital-transformation plan, carried out and measured from its own records."""

__version__ = "0.1.0"
