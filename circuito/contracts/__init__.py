"""What a client is entitled to: contracts, products installed, service levels, and the hours in which work is done."""
