"""What products are found by, in a table of its own that triggers keep; replaces 0002's indexes."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

REFRESH = """
CREATE FUNCTION catalog_find_again(products bigint[]) RETURNS void LANGUAGE sql AS $$
WITH RECURSIVE former (heir, pk) AS (
    SELECT replaced_by_id, id FROM catalog_product WHERE replaced_by_id = ANY(products)
    UNION
    SELECT former.heir, older.id
    FROM former JOIN catalog_product older ON older.replaced_by_id = former.pk
), old AS (
    SELECT heir, string_agg(name_fr, ' ') AS fr, string_agg(name_en, ' ') AS en,
        string_agg(sku, ' ') AS skus
    FROM former JOIN catalog_product ON catalog_product.id = former.pk GROUP BY heir
)
INSERT INTO catalog_productwords (product_id, vector, plain)
SELECT
    p.id,
    setweight(to_tsvector('portal_fr', p.name_fr || ' ' || p.sku), 'A')
    || setweight(to_tsvector('portal_en', p.name_en), 'A')
    || setweight(to_tsvector('portal_fr', concat_ws(' ', partner.name, old.fr, old.skus)), 'B')
    || setweight(to_tsvector('portal_en', concat_ws(' ', partner.name, old.en)), 'B')
    || setweight(
        to_tsvector('portal_fr', concat_ws(' ', p.summary_fr, c.name_fr, above.name_fr)), 'C')
    || setweight(
        to_tsvector('portal_en', concat_ws(' ', p.summary_en, c.name_en, above.name_en)), 'C')
    || setweight(to_tsvector('portal_fr', p.details_fr), 'D')
    || setweight(to_tsvector('portal_en', p.details_en), 'D'),
    portal_norm(concat_ws(' ', p.name_fr, p.name_en, p.sku, partner.name, old.fr, old.en, old.skus))
FROM catalog_product p
JOIN catalog_program program ON program.id = p.program_id
JOIN catalog_partner partner ON partner.id = program.partner_id
JOIN catalog_category c ON c.id = p.category_id
LEFT JOIN catalog_category above ON above.id = c.parent_id
LEFT JOIN old ON old.heir = p.id
WHERE p.id = ANY(products)
ON CONFLICT (product_id) DO UPDATE SET vector = excluded.vector, plain = excluded.plain
$$;

CREATE FUNCTION catalog_product_found_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A new name is also a former name of everything that came after.
    PERFORM catalog_find_again(array_agg(id)) FROM (
        WITH RECURSIVE heirs (id) AS (
            SELECT unnest(ARRAY[NEW.id, NEW.replaced_by_id, OLD.replaced_by_id])
            UNION
            SELECT p.replaced_by_id FROM heirs JOIN catalog_product p ON p.id = heirs.id
        )
        SELECT id FROM heirs WHERE id IS NOT NULL
    ) AS touched;
    RETURN NULL;
END $$;
CREATE TRIGGER product_found AFTER INSERT
    OR UPDATE OF name_fr, name_en, summary_fr, summary_en, details_fr, details_en, sku,
        program_id, category_id, replaced_by_id
    ON catalog_product FOR EACH ROW EXECUTE FUNCTION catalog_product_found_again();

CREATE FUNCTION catalog_partner_found_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_find_again(array_agg(product.id))
    FROM catalog_product product JOIN catalog_program program ON program.id = product.program_id
    WHERE program.partner_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER partner_found AFTER UPDATE OF name ON catalog_partner
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION catalog_partner_found_again();

CREATE FUNCTION catalog_program_found_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_find_again(array_agg(id)) FROM catalog_product WHERE program_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER program_found AFTER UPDATE OF partner_id ON catalog_program
    FOR EACH ROW WHEN (OLD.partner_id IS DISTINCT FROM NEW.partner_id)
    EXECUTE FUNCTION catalog_program_found_again();

CREATE FUNCTION catalog_category_found_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_find_again(array_agg(product.id))
    FROM catalog_product product JOIN catalog_category c ON c.id = product.category_id
    WHERE NEW.id IN (c.id, c.parent_id);
    RETURN NULL;
END $$;
CREATE TRIGGER category_found AFTER UPDATE OF name_fr, name_en, parent_id ON catalog_category
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
    EXECUTE FUNCTION catalog_category_found_again();

DROP INDEX catalog_product_like;
DROP INDEX catalog_product_search;
"""
FORGET = """
CREATE INDEX catalog_product_search ON catalog_product USING gin ((
    to_tsvector('portal_fr', name_fr || ' ' || summary_fr || ' ' || sku)
    || to_tsvector('portal_en', name_en || ' ' || summary_en || ' ' || sku)));
CREATE INDEX catalog_product_like ON catalog_product USING gin (
    portal_norm(name_fr || ' ' || name_en || ' ' || sku) gin_trgm_ops);
DROP TRIGGER category_found ON catalog_category;
DROP TRIGGER program_found ON catalog_program;
DROP TRIGGER partner_found ON catalog_partner;
DROP TRIGGER product_found ON catalog_product;
DROP FUNCTION catalog_category_found_again();
DROP FUNCTION catalog_program_found_again();
DROP FUNCTION catalog_partner_found_again();
DROP FUNCTION catalog_product_found_again();
DROP FUNCTION catalog_find_again(bigint[]);
"""
FILL = "SELECT catalog_find_again(array_agg(id)) FROM catalog_product"


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductWords",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                (
                    "vector",
                    django.contrib.postgres.search.SearchVectorField(
                        verbose_name="stems in both languages"
                    ),
                ),
                ("plain", models.TextField(verbose_name="names, without accents")),
            ],
            options={
                "verbose_name": "words of a product",
                "verbose_name_plural": "words of products",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["vector"], name="catalog_words_vector"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["plain"], name="catalog_words_plain", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.RunSQL(REFRESH, FORGET),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
