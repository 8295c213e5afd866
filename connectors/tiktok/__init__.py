"""TikTok Shop Partner API 202309."""
