"""From firings to decisions: arbiter, shaping, interlocks, trips, and the scan that joins them."""
