"""What an operator asks of rules outside a scan: why, why not, and what would have happened."""
