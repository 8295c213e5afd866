"""A shop on Shopify, over its Admin GraphQL API."""
