"""Help, and a look at the prompt that is sent."""
