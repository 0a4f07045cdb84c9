"""Two versions of rules run beside each other over the same time."""
