"""Services that carry notices to the team: chats, push, webhooks, mail. None of them is a place where buyers write."""
