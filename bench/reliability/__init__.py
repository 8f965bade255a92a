"""Proofs that mail survives: processes killed, PostgreSQL restarted, a full disk, a mail server that is gone."""
