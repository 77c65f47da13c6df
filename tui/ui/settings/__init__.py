"""The settings screen, made from the declaration of the settings."""
