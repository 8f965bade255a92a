"""The sentences of the program in English and Portuguese: Spanish is what the sources themselves say."""
