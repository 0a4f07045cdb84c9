"""The I/O, one file a device family; what the bytes mean stands in `adapters.codec`."""
