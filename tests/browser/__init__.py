"""Chromium against the running program: real mail in, real mail out."""
