"""Living with files: what may stand where in a rule file, and what stands there."""
