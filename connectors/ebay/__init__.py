"""eBay: Message, Fulfillment, Post-Order and Feedback API of one seller account."""
