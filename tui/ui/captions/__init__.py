"""Screens about captions: the editor, the question, the journal."""
