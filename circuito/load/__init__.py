"""Filling an installation from a file: all or nothing, each error by its path in the file."""
