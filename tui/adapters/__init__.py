"""How it is done: HTTP, files, pictures, processes. Knows only the domain."""
