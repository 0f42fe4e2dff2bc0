"""Staff: the groups whose members do the portal's daily work, and what each may."""

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from accounts.models import User

# {group: {app.model: acts}}; nobody may delete.
GROUPS: Final = {
    "qualification": {
        "orgs.application": "view change",
        "orgs.organization": "view change",
        "orgs.document": "view",
        "orgs.inquiry": "view",
        "orgs.match": "view change",
        "orgs.claim": "view change",
        "orgs.voice": "view",
        "orgs.merge": "view change add",
        "orgs.changerequest": "view change",
        "orgs.case": "view change",
        "orgs.membership": "view",
        "orgs.tenure": "view",
        "orgs.invitation": "view",
        "orgs.joinrequest": "view",
        "orgs.branchletter": "view",
        "orgs.recovery": "view change",
        "orgs.recoverypaper": "view",
        "orgs.role": "view",
        "orgs.readytext": "view change add",
        "orgs.activity": "view",
        "orgs.registeralert": "view change",
        "catalog.override": "view change add",
        "catalog.program": "view",
        "registers.charity": "view",
        "registers.return": "view",
        "registers.corporation": "view",
        "registers.import": "view",
        "accounts.user": "view",
        "mail.message": "view change",
        "audit.entry": "view",
    },
    "fulfilment": {
        "orders.order": "view change",
        "orders.payment": "view change",
        "orders.moneyentry": "view",
        "orders.webhookevent": "view change",
        "orders.cheque": "view change",
        "orders.chequepermission": "view change add",
        "orders.refund": "view change add",
        "orders.fulfilment": "view change",
        "orders.delivery": "view change",
        "orders.parcel": "view change",
        "orders.licensekey": "view add change",
        "orders.keypool": "view",
        "catalog.partner": "view change add",
        "catalog.partnermember": "view change add",
        "catalog.partnerquestion": "view change add",
        "catalog.program": "view change add",
        "catalog.programversion": "view change add",
        "catalog.ruledraft": "view change",
        "catalog.need": "view",
        "catalog.programquestion": "view change add",
        "catalog.product": "view change add",
        "catalog.formername": "view change add",
        "catalog.synonym": "view change add",
        "catalog.category": "view change add",
        "catalog.stockentry": "view add",
        "catalog.stockalert": "view",
        "catalog.alertrun": "view",
        "catalog.queueplace": "view",
        "tokens.token": "view",
        "tokens.client": "view change add",
        "tokens.verification": "view",
        "orgs.organization": "view",
        "accounts.user": "view",
        "mail.message": "view change",
        "audit.entry": "view",
    },
}


def reviewers() -> QuerySet[User]:
    """The colleagues who work on applications, by name; those of the group, not every superuser."""
    people = User.objects.filter(groups__name="qualification", is_active=True, is_staff=True)
    return people.order_by("first_name", "last_name", "pk")


def ensure_groups() -> None:
    """Create the groups, or bring their rights up to date; run by `manage.py staff_groups`."""
    permissions = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.select_related("content_type")
    }
    for name, rights in GROUPS.items():
        group, _is_new = Group.objects.get_or_create(name=name)
        wanted = []
        for model, acts in rights.items():
            app, _dot, model_name = model.partition(".")
            wanted += [permissions[f"{app}.{act}_{model_name}"] for act in acts.split()]
        group.permissions.set(wanted)
