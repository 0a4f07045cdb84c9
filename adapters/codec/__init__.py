"""Pure: registers, payloads, messages and bits to readings, commands to what is sent."""
