"""The tiny chat model that runs without a network: fetched once, served by a child process."""
