"""Stand-ins for the outside world, for the practice desk and for tests; they share no code with the platforms."""
