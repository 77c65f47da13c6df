"""The parts of `make bench`: programs in a terminal, a server, measures, and the report of them."""
