"""The doors by which requests come in; each hands over a `NewRequest`. Mail is kept before it is understood."""
