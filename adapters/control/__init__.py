"""The control interface: the server that a daemon runs, and the client that the faces use."""
