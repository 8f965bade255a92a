"""Questions about tickets: read only, and always scoped to who asks."""
