"""Words and rules of Salon: pure values, no I/O, no clock, standard library only."""
