"""Where allauth asks the portal: e-mails go through the outbox, people keep their language."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Completed with the accounts pages."""
