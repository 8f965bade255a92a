"""What is allowed: values in, a value out. Nothing here knows Django, a database or a clock."""
