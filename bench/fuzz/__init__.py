"""Hostile mail: what the corpus becomes when it is broken at random, and what the reader does with it."""
