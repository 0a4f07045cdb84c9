"""Recordings: facts, decisions and events over time in one SQLite file, and the ways in and out."""
