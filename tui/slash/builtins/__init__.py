"""The commands that ship with Salon, one module per family."""
