"""Moving: validation tokens of an organization that is merged into another, and back."""

from orgs import merging
from orgs.models import Merge
from tokens.models import Token


def move_rows(merge: Merge) -> None:
    """They stand for the organization that stays: who holds one is answered for it."""
    merging.give(merge, Token.objects.all())


def take_rows_back(merge: Merge) -> None:
    """Those that were moved; tokens made since stay."""
    merging.take_back(merge, Token.objects.all())
