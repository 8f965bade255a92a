"""`python -m circuito` is the command `circuito`."""

from circuito.config.cli import main

main()
