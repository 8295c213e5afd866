"""Amazon: the Selling Partner API of one seller account in one region."""
