"""Everything that touches the world: devices, files, recordings, the command line, the daemon."""
