"""Messages to the house's other programs: MQTT, Home Assistant."""
