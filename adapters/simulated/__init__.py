"""The house at Walda as physics: what the commands of the engine do to tanks, rooms and meters."""
