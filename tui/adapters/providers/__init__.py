"""Chat models over the network: one module per wire protocol, one table of providers."""
