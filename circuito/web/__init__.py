"""The screens in a browser: one word a resource, the same as in the API."""
