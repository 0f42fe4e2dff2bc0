"""The plainest valid objects; a test says only what matters to it."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from audit.models import record
from catalog.models import (
    Category,
    Override,
    Partner,
    Product,
    Program,
    ProgramVersion,
    QueuePlace,
)
from orders.models import Cart, CartItem, Order, OrderLine
from orgs import identity, links
from orgs.models import (
    Activity,
    Application,
    BranchLetter,
    ChangeRequest,
    Claim,
    Invitation,
    Membership,
    Organization,
    Role,
)

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    username = factory.Sequence(lambda n: f"person{n}")
    first_name = "Noor"
    last_name = "Gagnon"
    language = "en"
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def second_factor(self, create, extracted, **kwargs):
        """Staff have one, as their desk demands."""
        if create and self.is_staff and extracted is not False:
            self.authenticator_set.create(type="totp", data={"secret": "GEZDGNBVGY3TQOJQ"})

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        """With a confirmed e-mail address, as the site demands before anything else."""
        if create and extracted is not False:
            self.emailaddress_set.create(email=self.email, verified=True, primary=True)


def staff_with(*rights: str) -> User:
    """Somebody of the staff whose group has these rights alone."""
    person = UserFactory(is_staff=True)
    group = Group.objects.create(name=f"group {person.pk}")
    group.permissions.set(Permission.objects.filter(codename__in=rights))
    person.groups.add(group)
    return person


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity
        django_get_or_create = ("code",)

    code = "food_security"
    name_fr = factory.LazyAttribute(lambda o: f"Activité {o.code}")
    name_en = factory.LazyAttribute(lambda o: f"Activity {o.code}")
    group = Activity.Group.SOCIAL


class OrganizationFactory(DjangoModelFactory):
    """A qualified charity of Sherbrooke with a budget of $500,000."""

    class Meta:
        model = Organization
        skip_postgeneration_save = True

    legal_name = factory.Sequence(lambda n: f"Maison {n}")
    kind = Organization.Kind.CHARITY
    street = "12, rue King"
    city = "Sherbrooke"
    province = "QC"
    postal_code = "J1H 9Z9"
    phone = "+18195550112"
    email = factory.Sequence(lambda n: f"licences{n}@example.org")
    language = "en"
    mission = "We feed people."
    annual_budget = Decimal("500000.00")
    budget_source = Organization.BudgetSource.STATEMENTS
    budget_year = 2025
    staff = 5
    qualified_since = date(2024, 1, 15)
    qualified_until = date(2036, 1, 15)

    @factory.post_generation
    def activities(self, create, extracted, **kwargs):
        if create:
            codes = ["food_security"] if extracted is None else extracted
            self.activities.set([ActivityFactory(code=code) for code in codes])

    @factory.post_generation
    def keys(self, create, extracted, **kwargs):
        """Found by its names and numbers, like any organization."""
        if create and extracted is not False:
            identity.index(self)

    class Params:
        unqualified = factory.Trait(qualified_since=None, qualified_until=None)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = factory.LazyAttribute(lambda o: Role.objects.get(code=o.role_code, organization=None))

    class Params:
        role_code = "owner"


class InvitationFactory(DjangoModelFactory):
    """Open for fourteen days; its link's secret is in `secret`."""

    class Meta:
        model = Invitation
        skip_postgeneration_save = True

    class Params:
        role_code = "buyer"

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.org")
    role = factory.LazyAttribute(lambda o: Role.objects.get(code=o.role_code, organization=None))
    language = "en"
    invited_by = factory.SubFactory(UserFactory)
    digest = factory.LazyAttribute(lambda o: links.digest(secret_of(o.email)))

    @factory.post_generation
    def secret(self, create, extracted, **kwargs):
        self.secret = secret_of(self.email)


def secret_of(email: str) -> str:
    """The secret in the link of a factory's invitation."""
    return f"secret-of-{email}"


class BranchLetterFactory(DjangoModelFactory):
    """Signed: the parent reaches down to the branch."""

    class Meta:
        model = BranchLetter
        skip_postgeneration_save = True

    branch = factory.SubFactory(OrganizationFactory)
    parent = factory.SubFactory(OrganizationFactory)
    asked_for = factory.LazyAttribute(lambda o: str(o.parent.number))
    status = BranchLetter.Status.SIGNED
    version = "2026-11"
    language = "en"
    text = "It is our branch."
    signer_name = "Ada Roy"
    signer_title = "Chair"
    decided_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def link(self, create, extracted, **kwargs):
        """The branch belongs to the parent."""
        if create:
            self.branch.parent = self.parent
            self.branch.save(update_fields=["parent"])


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = Application
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory, unqualified=True)
    started_by = factory.SubFactory(UserFactory)
    decided_at = factory.LazyAttribute(
        lambda o: timezone.now() if getattr(o, "status", "") in {"qualified", "declined"} else None
    )

    @factory.post_generation
    def trail(self, create, extracted, **kwargs):
        """With the entry that its status must have."""
        if create and self.status != "draft":
            record(self, f"application.{self.status}", by=None)


class ClaimFactory(DjangoModelFactory):
    """Somebody with a draft asks for a qualified organization."""

    class Meta:
        model = Claim

    draft = factory.SubFactory(OrganizationFactory, unqualified=True)
    organization = factory.SubFactory(OrganizationFactory)
    names = "Maison Sainte-Anne"
    address = "12, rue King"
    words = "Treasurer since 2023."
    filed_by = factory.SubFactory(UserFactory)
    due_on = date(2036, 1, 15)


class ChangeRequestFactory(DjangoModelFactory):
    """An open request to raise the budget."""

    class Meta:
        model = ChangeRequest

    organization = factory.SubFactory(OrganizationFactory)
    subject = "budget"
    old = {"annual_budget": "500000.00", "budget_source": "statements", "budget_year": 2025}
    new = {"annual_budget": "900000.00", "budget_source": "statements", "budget_year": 2026}
    sent_by = factory.SubFactory(UserFactory)
    due_on = date(2026, 12, 1)


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    slug = factory.Sequence(lambda n: f"partner-{n}")
    name = factory.Sequence(lambda n: f"Partner {n}")
    website = "https://partner.example"
    about_fr = "Un partenaire."
    about_en = "A partner."


class ProgramFactory(DjangoModelFactory):
    """Open to all who are qualified, without limits, delivered by key."""

    class Meta:
        model = Program
        skip_postgeneration_save = True

    partner = factory.SubFactory(PartnerFactory)
    slug = factory.Sequence(lambda n: f"program-{n}")
    name_fr = factory.LazyAttribute(lambda o: f"Programme {o.slug}")
    name_en = factory.LazyAttribute(lambda o: f"Program {o.slug}")
    kind = Program.Kind.DONATION
    delivery = Program.Delivery.KEY
    delivery_unit = Program.Unit.BUSINESS_DAYS
    delivery_from = 2
    delivery_to = 3

    @factory.post_generation
    def criteria(self, create, extracted, **kwargs):
        """The rules, from 2020 or the day `criteria__since` on."""
        if create:
            rules = [{"fact": "qualified_months", "min": 0}] if extracted is None else extracted
            since = kwargs.get("since", date(2020, 1, 1))
            ProgramVersion.objects.create(program=self, effective=since, criteria=rules)


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug", "parent")

    parent = None
    slug = "office"
    name_fr = "Bureautique"
    name_en = "Office software"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    program = factory.SubFactory(ProgramFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    slug = factory.Sequence(lambda n: f"product-{n}")
    name_fr = factory.LazyAttribute(lambda o: f"Produit {o.sku}")
    name_en = factory.LazyAttribute(lambda o: f"Product {o.sku}")
    summary_fr = "Un produit."
    summary_en = "A product."
    details_fr = "Des détails."
    details_en = "Details."
    category = factory.SubFactory(
        CategoryFactory,
        slug="suites",
        name_fr="Suites",
        name_en="Suites",
        parent=factory.SubFactory(CategoryFactory),
    )
    fee = Decimal("25.00")


class QueuePlaceFactory(DjangoModelFactory):
    """Somebody waits for a pack."""

    class Meta:
        model = QueuePlace

    organization = factory.SubFactory(OrganizationFactory)
    product = factory.SubFactory(ProductFactory, stock=0)
    by = factory.SubFactory(UserFactory)
    quantity = 1


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart

    membership = factory.SubFactory(MembershipFactory)


class CartItemFactory(DjangoModelFactory):
    class Meta:
        model = CartItem

    cart = factory.SubFactory(CartFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 1


class OrderFactory(DjangoModelFactory):
    """An order that waits for its payment, without lines or holds."""

    class Meta:
        model = Order

    organization = factory.SubFactory(OrganizationFactory)
    placed_by = factory.SubFactory(UserFactory)
    status = Order.Status.AWAITING_PAYMENT
    total = Decimal("25.00")
    licence_email = factory.LazyAttribute(lambda o: o.organization.email)
    language = "en"


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    program = factory.LazyAttribute(lambda o: o.product.program)
    sku = factory.LazyAttribute(lambda o: o.product.sku)
    name_fr = factory.LazyAttribute(lambda o: o.product.name_fr)
    name_en = factory.LazyAttribute(lambda o: o.product.name_en)
    quantity = 1
    fee = factory.LazyAttribute(lambda o: o.product.fee)


class OverrideFactory(DjangoModelFactory):
    """Granted by a second person, since a month and for another."""

    class Meta:
        model = Override

    organization = factory.SubFactory(OrganizationFactory)
    program = factory.SubFactory(ProgramFactory)
    reason = "A school for adults."
    from_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    until_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    status = Override.Status.GRANTED
    asked_by = factory.SubFactory(UserFactory, is_staff=True)
    decided_by = factory.SubFactory(UserFactory, is_staff=True)
    decided_at = factory.LazyFunction(timezone.now)
