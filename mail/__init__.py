"""Mail: the outbox. Every e-mail is a row first."""
