"""The steps of the circuit, one module each. All end in `transition`, the only writer of a ticket's state."""
