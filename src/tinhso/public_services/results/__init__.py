"""Results (kết quả giải quyết): made, signed, registered, corrected, revoked, used again."""
