"""What people are told by mail: what is said of each step, the outbox it waits in, and its delivery."""
