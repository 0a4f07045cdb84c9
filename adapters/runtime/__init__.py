"""The daemon: what runs on the PLC, from the site file to the cycle."""
