"""What scripts ask: modal dialogs, one module each."""
