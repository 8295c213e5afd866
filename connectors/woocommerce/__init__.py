"""WooCommerce: orders, refunds, customer notes and reviews of one shop over its REST API v3."""
