"""Judge.me: the product reviews of a web shop, over its API v1."""
