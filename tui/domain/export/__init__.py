"""A chat as a file for others: Markdown, HTML, SillyTavern's JSONL, plain text. Pure: no I/O."""
