"""Candidate rules beside those that run, on live facts, in a process that cannot write."""
