"""The tests: they mirror `circuito/`, and go through the doors that people use."""
