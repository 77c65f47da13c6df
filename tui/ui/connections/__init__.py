"""Screens to choose, add and change connections."""
