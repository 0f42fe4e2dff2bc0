"""The role templates that every organization may use (plan: rights are capabilities, roles are rows)."""

from django.db import migrations

ALL = (
    "profile.edit",
    "members.manage",
    "orders.view",
    "orders.place",
    "orders.pay",
    "licences.view",
    "licences.reveal_key",
    "tokens.issue",
    "cases.open",
)
ORDERING = ("orders.view", "orders.place", "orders.pay", "licences.view", "licences.reveal_key", "cases.open")
ROLES = (
    ("owner", "Administrateur", "Administrator", dict.fromkeys(ALL, "tree")),
    ("approver", "Personne qui approuve", "Power user", dict.fromkeys((*ORDERING, "tokens.issue"), "org")),
    ("buyer", "Utilisateur", "User", dict.fromkeys(ORDERING, "org")),
    ("finance", "Finances", "Finance", dict.fromkeys(("orders.view", "orders.pay"), "org")),
    ("viewer", "Lecture seule", "Viewer", dict.fromkeys(("orders.view",), "org")),
)


def create(apps, schema_editor):
    role = apps.get_model("orgs", "Role")
    for code, name_fr, name_en, grants in ROLES:
        role.objects.get_or_create(
            code=code,
            organization=None,
            defaults={"name_fr": name_fr, "name_en": name_en, "grants": grants},
        )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
