"""Audit: who did what to which object, when and why; and the only way a status changes."""
