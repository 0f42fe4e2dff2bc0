"""Full-text search in French and English that does not mind accents, and its index."""

from django.db import migrations

MAKE = """
CREATE TEXT SEARCH CONFIGURATION portal_fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION portal_fr
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
CREATE TEXT SEARCH CONFIGURATION portal_en (COPY = english);
ALTER TEXT SEARCH CONFIGURATION portal_en
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
-- unaccent is only STABLE, since its dictionary could change; ours does not.
CREATE FUNCTION portal_norm(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$;
CREATE INDEX catalog_product_search ON catalog_product USING gin ((
    to_tsvector('portal_fr', name_fr || ' ' || summary_fr || ' ' || sku)
    || to_tsvector('portal_en', name_en || ' ' || summary_en || ' ' || sku)));
CREATE INDEX catalog_product_like ON catalog_product USING gin (
    portal_norm(name_fr || ' ' || name_en || ' ' || sku) gin_trgm_ops);
"""
DROP = """
DROP INDEX catalog_product_like;
DROP INDEX catalog_product_search;
DROP FUNCTION portal_norm(text);
DROP TEXT SEARCH CONFIGURATION portal_en;
DROP TEXT SEARCH CONFIGURATION portal_fr;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, DROP)]
