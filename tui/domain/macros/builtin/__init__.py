"""The macros there are, by family."""
