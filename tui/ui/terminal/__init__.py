"""The terminal's edge: what comes from it, what goes to it."""
