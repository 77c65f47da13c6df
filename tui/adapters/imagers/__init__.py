"""Services that make pictures: one module for each protocol."""
