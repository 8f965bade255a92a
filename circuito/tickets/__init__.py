"""The rows of tickets. They hold facts and constraints; what may happen to them is decided in `steps`."""
