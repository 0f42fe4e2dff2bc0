"""Accounts: people, how they sign in, and the language they read."""
