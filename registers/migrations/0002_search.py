"""Names are found without minding accents, in whole or in part, and by likeness."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

MAKE = """
-- unaccent is only STABLE, since its dictionary could change; ours does not.
CREATE FUNCTION registers_plain(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$;
CREATE INDEX registers_charity_name ON registers_charity USING gin (
    registers_plain(name) gin_trgm_ops);
CREATE INDEX registers_corporation_name ON registers_corporation USING gin (
    registers_plain(name || ' ' || other_name) gin_trgm_ops);
"""
DROP = """
DROP INDEX registers_corporation_name;
DROP INDEX registers_charity_name;
DROP FUNCTION registers_plain(text);
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]
    operations = [UnaccentExtension(), TrigramExtension(), migrations.RunSQL(MAKE, DROP)]
