"""Clients (companies), the people of both sides, and who acts."""
