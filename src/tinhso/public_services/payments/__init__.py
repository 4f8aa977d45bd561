"""Fees (phí, lệ phí): charged, paid in cash or through a gateway, settled by what was really paid."""
