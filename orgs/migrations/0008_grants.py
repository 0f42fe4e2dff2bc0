"""The grants of the role templates in the whole vocabulary; the time as a member of those who are."""

from django.db import migrations

OWNER = (
    "profile.edit",
    "members.manage",
    "orders.view",
    "orders.place",
    "orders.pay",
    "licences.view",
    "licences.reveal_key",
    "licences.manage",
    "tokens.issue",
    "cases.open",
    "approvals.manage",
    "catalogs.manage",
    "favourites.manage",
    "reports.payments",
    "reports.orders",
    "quotes.use",
    "payment_methods.manage",
    "assets.manage",
)
ORDERING = (
    "orders.view",
    "orders.place",
    "orders.pay",
    "licences.view",
    "licences.reveal_key",
    "quotes.use",
    "cases.open",
)
GRANTS = {
    "owner": dict.fromkeys(OWNER, "tree"),
    "approver": dict.fromkeys(
        (*ORDERING, "tokens.issue", "favourites.manage", "reports.orders", "assets.manage"), "org"
    ),
    "buyer": dict.fromkeys(ORDERING, "org"),
    "finance": dict.fromkeys(
        ("orders.view", "orders.pay", "reports.payments", "reports.orders", "payment_methods.manage"),
        "org",
    ),
    "viewer": {"orders.view": "org"},
}


def grant(apps, schema_editor):
    role = apps.get_model("orgs", "Role")
    for code, grants in GRANTS.items():
        role.objects.filter(code=code, organization=None).update(grants=grants)


def remember(apps, schema_editor):
    membership, tenure = apps.get_model("orgs", "Membership"), apps.get_model("orgs", "Tenure")
    tenure.objects.bulk_create(
        tenure(
            user_id=m.user_id,
            organization_id=m.organization_id,
            role_id=m.role_id,
            from_at=m.joined_at,
        )
        for m in membership.objects.all()
    )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0007_people")]
    operations = [
        migrations.RunPython(grant, migrations.RunPython.noop),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
