"""ThermIQ's pure core: facts in, decisions and reasons out. No I/O, no clock, no randomness."""
