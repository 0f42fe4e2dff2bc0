"""How long the duplicate check takes among a million organizations.

    python -m bench.duplicates [--organizations 1000000] [--searches 600] [--keep]

Makes a scratch database on the development server, fills it by COPY, the same names on every run,
and asks `orgs.duplicates.find` as registration does: with a name only, with everything of an
organization on file written differently, and with everything of one that is new. Prints p50 and
p95 of each, and PostgreSQL's plan of the search.
"""

import argparse
import os
import random
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal import embedded

DATABASE = "bench_duplicates"
KINDS = """
    Association|Société|Centre|Maison|Fondation|Comité|Club|Amis|Regroupement|Coopérative|Alliance|
    Society|Foundation|Friends|Council|Community Centre|Church|Library|Food Bank|Shelter|Network|
    Food Co-op|Youth Club|Historical Society|Legion Branch|Hospice|Daycare|Theatre|Choir|Museum
"""
ABOUT = """
    Sainte-Anne|Saint-Joseph|Notre-Dame|St. Paul|St. Mark|de l’Espoir|du Partage|des Aînés|Victoria|
    de la Jeunesse|d’entraide|Hope|Harbour|Northern|Lakeside|Pioneer|Maple|Sunrise|Riverside|Music|
    Grande-Rivière|La Passerelle|Le Tremplin|L’Envol|Les Petits Pas|New Horizons|Open Door|Wildlife|
    Good Shepherd|Cedar|Prairie|Île-Verte|Belle-Vue|Alexandra|Trinity|Queen Street|Main Street|
    Boréale|Métis|Inuit|Acadienne|Franco-Ontarienne|Multicultural|Literacy|Autism|Cancer|Heritage|
    Skating|Minor Hockey|Garden
"""
SYLLABLES = re.findall("..", "babebocacodadofafigagolalelilomamemimonanopaperareriro")
CITIES = 900
FORMS = ("", "", "", " inc.", " Inc.", " Ltée", " Society", " (OBNL)", " Corp.")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--organizations", type=int, default=1_000_000)
    asked.add_argument("--searches", type=int, default=600)
    asked.add_argument("--keep", action="store_true", help="leave the database for the next run")
    options = asked.parse_args()
    server, is_new = prepare()
    try:
        import django

        django.setup()
        if is_new or not is_filled():
            fill(options.organizations)
        measure(options.searches)
    finally:
        if not options.keep:
            drop(server)


def prepare() -> tuple[str, bool]:
    """The server, and whether our database is new: another run may have kept it."""
    import psycopg

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("DEBUG", "1")  # development’s own keys
    if "DATABASE_URL" not in os.environ:
        os.environ.update(embedded.up(Path("var/test").resolve(), fast=True))
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        is_new = known.fetchone() is None
        if is_new:
            admin.execute(f"CREATE DATABASE {DATABASE}")
    os.environ["DATABASE_URL"] = server.rpartition("/")[0] + f"/{DATABASE}"
    return server, is_new


def is_filled() -> bool:
    from django.db import ProgrammingError

    from orgs.models import IdentityKey

    try:
        return IdentityKey.objects.exists()
    except ProgrammingError:  # the run that made the database ended before its tables
        return False


def drop(server: str) -> None:
    import psycopg
    from django.db import connection

    connection.close()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE}")


def listed(words: str) -> list[str]:
    return [word.strip() for word in words.replace("\n", "").split("|")]


def organizations(count: int) -> Iterator[dict[str, str]]:
    """Invented organizations, the same on every run; big cities have many, as in life."""
    chance = random.Random(1867)
    cities = ["".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(CITIES)]
    weights = [1 / (rank + 3) for rank in range(CITIES)]
    letters = "ABCEGHJKLMNPRSTVXY"
    words = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(4000)]
    kinds, about = listed(KINDS), listed(ABOUT)
    for number, city in enumerate(chance.choices(cities, weights, k=count)):
        name = f"{chance.choice(kinds)} {chance.choice(about)}"
        if chance.random() < 0.75:
            name += " " + chance.choice(words).title()
        if chance.random() < 0.35:
            name += chance.choice((f" de {city}", f" of {city}", f" – {city}"))
        a, b, c = chance.choice(letters), chance.choice(letters), chance.choice(letters)
        code = f"{a}{chance.randrange(10)}{b} {chance.randrange(10)}{c}{chance.randrange(10)}"
        yield {
            "legal_name": name + chance.choice(FORMS),
            "former_name": f"{chance.choice(kinds)} {chance.choice(words)}"
            * (chance.random() < 0.2),
            "bn": f"{100_000_000 + number}RR0001",
            "city": city,
            "postal_code": code,
            "website": f"https://www.site{number}.example" * (chance.random() < 0.6),
            "email": f"info@site{number}.example",
            "phone": f"+1819{number:07}",
        }


def as_organization(row: dict[str, str]) -> Any:
    from orgs.models import Organization

    former = [row["former_name"]] if row["former_name"] else []
    fields = {name: value for name, value in row.items() if name != "former_name"}
    return Organization(number=0, former_names=former, language="fr", **fields)


def fill(count: int) -> None:
    """The tables as migrations make them, the rows by COPY, the keys by `orgs.identity`."""
    from django.core.management import call_command
    from django.db import connection

    from orgs.identity import keys_of

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; TRUNCATE orgs_organization CASCADE; "
            "DROP INDEX IF EXISTS orgs_key_like, orgs_key_value"
        )
        cursor.execute("ALTER TABLE orgs_organization DISABLE TRIGGER USER")
        columns = (
            "id, number, legal_name, former_names, bn, city, postal_code, website, email, phone"
        )
        empty = ["kind", "neq", "corporation_number", "street", "unit", "province", "mission"]
        empty += ["budget_source"]
        columns += f", {', '.join(empty)}, language, secular_arm, created_at"
        into = f"COPY orgs_organization ({columns}) FROM STDIN"
        with cursor.copy(into) as copy:
            for pk, row in enumerate(organizations(count), start=1):
                one = as_organization(row)
                facts = (one.bn, one.city, one.postal_code, one.website, one.email, row["phone"])
                rest = [*[""] * len(empty), "fr", False, "2026-01-01"]
                copy.write_row([pk, 100_000 + pk, one.legal_name, one.former_names, *facts, *rest])
        columns = "organization_id, kind, source, value, place, written_at"
        into = f"COPY orgs_identitykey ({columns}) FROM STDIN"
        with cursor.copy(into) as copy:
            for pk, row in enumerate(organizations(count), start=1):
                for key in keys_of(as_organization(row)):
                    copy.write_row([pk, key.kind, key.source, key.value, key.place, "2026-01-01"])
        cursor.execute("CREATE INDEX orgs_key_value ON orgs_identitykey (value, kind)")
        cursor.execute(
            "CREATE INDEX orgs_key_like ON orgs_identitykey USING gin (place, value gin_trgm_ops) "
            "WHERE kind IN ('name', 'former_name')"
        )
        cursor.execute("VACUUM ANALYZE orgs_identitykey")
        cursor.execute("VACUUM ANALYZE orgs_organization")
    print(f"{count:,} organizations in {time.monotonic() - started:.0f} s")


def searches(count: int) -> dict[str, list[Any]]:
    """What people type, a third of each kind, from organizations spread over the table."""
    from orgs.models import Organization

    chance = random.Random(1982)
    total = Organization.objects.order_by("-pk").values_list("pk", flat=True)[0]
    found: dict[str, list[Any]] = {"name only": [], "on file, written differently": [], "new": []}
    for new in list(organizations(count // 3 + 1))[1:]:
        there = Organization.objects.get(pk=chance.randrange(1, total + 1))
        found["name only"].append(Organization(number=0, legal_name=there.legal_name))
        typo = list(there.legal_name.upper().replace("SAINTE", "STE"))
        typo.pop(chance.randrange(len(typo)))
        found["on file, written differently"].append(
            Organization(number=0, legal_name="".join(typo), city=there.city, postal_code="J1H 9Z9")
        )
        other = as_organization(new)
        other.legal_name = f"{new['legal_name']} {chance.choice(listed(ABOUT))}"
        other.bn, other.phone = "999999999RR0001", "+18190000000"
        other.website, other.email = "https://new.example", "info@new.example"
        found["new"].append(other)
    return found


def measure(count: int) -> None:
    from django.db import connection

    from orgs import duplicates
    from orgs.identity import identity_of, keys_of

    asked = searches(count)
    all_times, hits = [], 0
    for what, candidates in asked.items():
        times = []
        for candidate in candidates:
            started = time.perf_counter()
            found = duplicates.find(candidate)
            times.append(1000 * (time.perf_counter() - started))
            hits += what.startswith("on file") and bool(found)
        all_times += times
        print(f"{what:<30} {figures(times)}")
    print(f"{'all':<30} {figures(all_times)}")
    print(f"found again: {hits} of {len(asked['on file, written differently'])}")
    candidate = asked["on file, written differently"][0]
    identity = identity_of(keys_of(candidate))
    with connection.cursor() as cursor:
        cursor.execute(f"SET pg_trgm.similarity_threshold = {duplicates.NEARLY}")
        values = duplicates.values_of(identity, candidate)
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + duplicates.CANDIDATES, values)
        print("\n".join(row[0] for row in cursor.fetchall()))


def figures(times: list[float]) -> str:
    cut = statistics.quantiles(times, n=100)
    middle, high, most = cut[49], cut[94], max(times)
    return f"p50 {middle:6.1f} ms   p95 {high:6.1f} ms   most {most:6.1f} ms   n {len(times)}"


if __name__ == "__main__":
    main()
