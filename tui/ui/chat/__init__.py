"""The chat screen and what is on it."""
