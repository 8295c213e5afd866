"""E-mail: IMAP in (never changing anything there), SMTP submission out."""
