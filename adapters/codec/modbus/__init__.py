"""Modbus registers and values: how a device's numbers lie in its registers, as tables."""
