"""The command language: what one may type after a slash, with or without a terminal."""
