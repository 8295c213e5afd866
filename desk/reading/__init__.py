"""Reading: raw mail or text in, what the buyer wrote and wants out. Pure functions over bytes and strings."""
