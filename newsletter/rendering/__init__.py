"""From an edition to the bytes of each person's mail: compile once, splice per person."""
