"""Sync: pulls what arrives, takes it in, sends what is due, and keeps time. Its own process, under a lease."""
