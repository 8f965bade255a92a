"""The programs' door: the same resources and the same steps as the screens."""
