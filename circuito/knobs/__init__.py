"""The settings that a manager changes while the program runs (*Ajustes*): who changed each, and when."""
