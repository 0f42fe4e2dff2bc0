"""Rights: what a person may do in an organization, as its member or from an organization above."""

from collections.abc import Iterable, Sequence

from accounts.models import User
from orgs import tree
from orgs.capabilities import reaching, together, with_branches, within
from orgs.models import Membership, Organization, Role


def held(user: User, organization: Organization) -> Membership | None:
    """What this person may do there now; None for a stranger."""
    return find(list(Membership.objects.of(user)), number=organization.number)


def find(mine: Sequence[Membership], *, number: int) -> Membership | None:
    """The same from all of a person's memberships: one that is in the database, or one from above.

    One from above has no key and says in `through` where it comes from. No query when nothing
    can reach down, two at most.
    """
    direct = next((m for m in mine if m.organization.number == number), None)
    others = [m for m in mine if m is not direct and reaching(m.role.grants)]
    others = [m for m in others if not (direct and within(_reached([m]), direct.role.grants))]
    if not others:
        return direct
    organization = (
        direct.organization if direct else Organization.objects.filter(number=number).first()
    )
    if organization is None:
        return None
    parents = set(tree.above(organization.pk))
    from_above = [m for m in others if m.organization_id in parents]
    return _joined(direct, from_above, organization) if from_above else direct


def _reached(memberships: Iterable[Membership]) -> dict[str, str]:
    return together(*(reaching(m.role.grants) for m in memberships))


def _joined(
    direct: Membership | None, from_above: list[Membership], organization: Organization
) -> Membership:
    first, to_give = from_above[0], together(*(with_branches(m.role.grants) for m in from_above))
    own = direct.role.grants if direct else {}
    role = direct.role if direct else first.role
    # A copy that nobody saves: the row's own grants stay what they are.
    together_role = Role(
        pk=role.pk,
        code=role.code,
        name_fr=role.name_fr,
        name_en=role.name_en,
        grants=together(own, _reached(from_above)),
    )
    if direct:
        direct.role, direct.through = together_role, first.organization
        direct.from_above = to_give
        return direct
    found = Membership(user=first.user, organization=organization, role=together_role)
    found.through, found.from_above = first.organization, to_give
    return found
