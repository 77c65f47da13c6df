"""Salon: a terminal chat client whose characters can see your pictures."""

__version__ = "0.1.0"
