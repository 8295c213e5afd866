"""A folder as a channel: an own site, a chat widget or a CRM puts JSON files in, and finds answers beside."""
