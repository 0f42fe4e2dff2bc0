"""manage.py demo: a site full of sensible data, as often as you like."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from catalog import partner_people
from catalog import story as catalog_story
from catalog.models import Partner, Product, Program
from orders import cheques, key_import
from orders import story as orders_story
from orders.models import ChequePermission
from orgs import story
from orgs.days import today
from orgs.models import Organization
from registers.models import Import
from tokens import secrets
from tokens.models import Client

DEMO = settings.BASE_DIR / "demo"
REGISTERS = {
    "cra": "cra-listing-sample.txt",
    "t3010": "cra-t3010-financial-sample.csv",
    "corporations": "corporations-sample.csv",
}
READ_ON = "2026-11-12"  # the day of the samples
POOL = 60  # free keys of each product
BY_KEY = (Program.Delivery.KEY, Program.Delivery.LINK, Program.Delivery.CODE)
SIGN_INS = (
    ("marie@saint-elie.example", "owner of a qualified charity"),
    ("sam@harbour-library.example", "buyer of a qualified library"),
    ("lea@nouveau.example", "application pending"),
    ("dev@two-hats.example", "two organizations"),
    (orders_story.BUYER, "orders under way, paid by cheque"),
    ("quinn@staff.example", "qualification staff"),
    ("fay@staff.example", "fulfilment staff"),
    ("root@staff.example", "superuser"),
    ("paula@partner.example", "acts for the donor partner Cisco"),
    ("omar@partner.example", "acts for the donor partner Microsoft"),
)
# Who acts for which donor partner: first name, last name, language.
PARTNER_PEOPLE = {
    "paula@partner.example": ("cisco", "Paula", "Nguyen", "en"),
    "omar@partner.example": ("microsoft", "Omar", "Lavoie", "fr"),
}


def demo_api_key() -> str:
    """The key of the demo's API client: the same on every machine, and refused in production."""
    body = "demo" * 8
    return f"rk_{body}{secrets.checksum('rk', body)}"


class Command(BaseCommand):
    help = "The demo catalogue, organizations, people, orders, licence keys; prints the sign-ins."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo data is not for production.")
        call_command("import_catalog", DEMO / "programs.yaml", stdout=self.stdout)
        call_command("import_organizations", DEMO / "organizations.yaml", stdout=self.stdout)
        self.read_registers()
        story.tell()
        self.fill_pools()
        self.let_partners_in()
        self.allow_a_cheque()
        fay = User.objects.get(email="fay@staff.example")
        catalog_story.tell(by=fay)
        orders_story.tell(by=fay)
        Client.objects.get_or_create(
            key_digest=secrets.digest(demo_api_key()),
            defaults={"name": "Demo verifier", "key_last4": demo_api_key()[-4:]},
        )
        self.stdout.write(f"Sign in with the password {settings.DEMO_PASSWORD} as")
        for email, who in SIGN_INS:
            self.stdout.write(f"  {email:<30} {who}")
        for witness in story.WITNESSES:
            self.stdout.write(f"  {witness.email:<30} {witness.what}")
        self.stdout.write(f"Key of the demo verifier: {demo_api_key()}")

    def read_registers(self) -> None:
        """The samples of the public registers; not again, nor over a newer file."""
        for register, name in REGISTERS.items():
            if not Import.objects.done().filter(register=register).exists():
                file = str(DEMO / "registers" / name)
                call_command(
                    "import_registry", register, file, "--as-of", READ_ON, stdout=self.stdout
                )

    def let_partners_in(self) -> None:
        """A person of two donor partners each, with an account of their own."""
        by = User.objects.get(email="fay@staff.example")
        for email, (slug, first_name, last_name, language) in PARTNER_PEOPLE.items():
            if User.objects.filter(email=email).exists():
                continue
            user = User.objects.create_user(
                email=email,
                username=email.partition("@")[0],
                password=settings.DEMO_PASSWORD,
                first_name=first_name,
                last_name=last_name,
                language=language,
            )
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            partner_people.add(Partner.objects.get(slug=slug), user, by=by)

    def fill_pools(self) -> None:
        """Invented licence keys, so that every donated product can be delivered."""
        by = User.objects.get(email="fay@staff.example")
        for product in Product.objects.visible().filter(program__delivery__in=BY_KEY):
            if not product.license_keys.exists():
                invented = [f"DEMO-{product.sku}-{number:04}-XTRQ" for number in range(1, POOL + 1)]
                key_import.add(product, invented, by=by)

    def allow_a_cheque(self) -> None:
        """A library pays by cheque, as it did before: its check-out has a step more."""
        library = Organization.objects.get(number=100002)
        if not ChequePermission.objects.of(library).exists():
            by = User.objects.get(email="fay@staff.example")
            until = today() + timedelta(days=90)
            cheques.allow(library, until=until, reason="Its county pays by cheque only.", by=by)
