"""The command line: a second, smaller front end."""
