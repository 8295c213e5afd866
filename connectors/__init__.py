"""The outside: one package per platform, all behind `connectors.contract`."""
