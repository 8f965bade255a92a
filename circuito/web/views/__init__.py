"""The screens: load, validate, step, respond."""
