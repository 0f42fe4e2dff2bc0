"""The tree of branches: which organizations reach down to which."""

from django.db import connection

from orgs.models import BranchLetter, Organization

DEPTH = 4  # levels above a branch, at most

# A parent is one whose letter its administrators signed; until then it was only named.
UPWARDS = """
WITH RECURSIVE up AS (
  SELECT o.parent_id AS id, 1 AS level FROM orgs_organization o
   WHERE o.id = %s AND EXISTS (
     SELECT 1 FROM orgs_branchletter l WHERE l.branch_id = o.id AND l.status = 'signed')
  UNION ALL
  SELECT o.parent_id, up.level + 1 FROM up JOIN orgs_organization o ON o.id = up.id
   WHERE up.level < %s AND EXISTS (
     SELECT 1 FROM orgs_branchletter l WHERE l.branch_id = o.id AND l.status = 'signed'))
SELECT id FROM up WHERE id IS NOT NULL ORDER BY level
"""


def above(pk: int) -> list[int]:
    """The organizations above one, nearest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(UPWARDS, [pk, DEPTH])
        return [row[0] for row in cursor.fetchall()]


def is_branch(organization: Organization) -> bool:
    """Whether it says so: it named a parent, or has one."""
    if organization.parent_id is not None:
        return True
    return BranchLetter.objects.standing().filter(branch=organization).exists()
