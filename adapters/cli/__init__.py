"""The commands of `thermiq`, one file each."""
