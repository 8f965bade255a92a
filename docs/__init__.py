"""The documents, and the program that writes those that follow from the code."""
