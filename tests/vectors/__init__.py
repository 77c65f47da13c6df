"""What SillyTavern's engine did with scripts and macros, recorded, and running it through ours."""
