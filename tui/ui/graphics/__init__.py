"""Pictures as the terminal can draw them: pixels by three protocols, or half blocks."""
