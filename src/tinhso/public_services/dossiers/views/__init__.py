"""What pages of several packages share: they check who asks, and hand on."""
