"""Finding: former names, synonyms, mistyped words, and where each product stands in a list."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


FIND = r"""
CREATE OR REPLACE FUNCTION catalog_find_again(products bigint[]) RETURNS void LANGUAGE sql AS $$
WITH RECURSIVE line (heir, pk) AS (
    SELECT id, id FROM catalog_product WHERE id = ANY(products)
    UNION
    SELECT line.heir, older.id FROM line JOIN catalog_product older ON older.replaced_by_id = line.pk
), named AS (
    SELECT heir, heir = p.id AS is_own, p.name_fr, p.name_en, p.sku
    FROM line JOIN catalog_product p ON p.id = line.pk
    UNION ALL
    SELECT heir, false, f.name_fr, f.name_en, f.sku
    FROM line JOIN catalog_formername f ON f.product_id = line.pk
), old AS (
    SELECT heir, string_agg(name_fr, ' ') AS fr, string_agg(name_en, ' ') AS en,
        string_agg(sku, ' ') AS skus
    FROM named WHERE NOT is_own GROUP BY heir
), known AS (
    SELECT heir, array_agg(DISTINCT portal_norm(text)) AS texts
    FROM named, unnest(ARRAY[name_fr, name_en, sku]) AS text WHERE text <> '' GROUP BY heir
)
INSERT INTO catalog_productwords (product_id, names, fr, en, known, plain, sort_fr, sort_en, place)
SELECT
    p.id,
    setweight(to_tsvector('portal_fr', p.name_fr || ' ' || p.sku), 'A')
    || setweight(to_tsvector('portal_en', p.name_en), 'A')
    || setweight(to_tsvector('portal_fr', concat_ws(' ', partner.name, old.fr, old.skus)), 'B')
    || setweight(to_tsvector('portal_en', concat_ws(' ', partner.name, old.en)), 'B'),
    setweight(
        to_tsvector('portal_fr', concat_ws(' ', p.summary_fr, c.name_fr, above.name_fr)), 'C')
    || setweight(to_tsvector('portal_fr', concat_ws(
        ' ', p.name_fr, partner.name, old.fr, p.details_fr)), 'D'),
    setweight(
        to_tsvector('portal_en', concat_ws(' ', p.summary_en, c.name_en, above.name_en)), 'C')
    || setweight(to_tsvector('portal_en', concat_ws(
        ' ', p.name_en, partner.name, old.en, p.details_en)), 'D'),
    known.texts,
    portal_norm(concat_ws(' ', p.name_fr, p.name_en, p.sku, partner.name, old.fr, old.en, old.skus,
        c.name_fr, c.name_en, above.name_fr, above.name_en)),
    portal_norm(p.name_fr),
    portal_norm(p.name_en),
    ARRAY[partner.position, program.position, p.position, p.id]
FROM catalog_product p
JOIN catalog_program program ON program.id = p.program_id
JOIN catalog_partner partner ON partner.id = program.partner_id
JOIN catalog_category c ON c.id = p.category_id
JOIN known ON known.heir = p.id
LEFT JOIN catalog_category above ON above.id = c.parent_id
LEFT JOIN old ON old.heir = p.id
WHERE p.id = ANY(products)
ON CONFLICT (product_id) DO UPDATE SET names = excluded.names, fr = excluded.fr, en = excluded.en,
    known = excluded.known, plain = excluded.plain, sort_fr = excluded.sort_fr,
    sort_en = excluded.sort_en, place = excluded.place;
INSERT INTO catalog_word (word)
SELECT DISTINCT word
FROM catalog_productwords, regexp_split_to_table(plain, '[^a-z]+') AS word
WHERE product_id = ANY(products) AND length(word) BETWEEN 3 AND 30
ORDER BY word ON CONFLICT DO NOTHING
$$;

-- Many at once, as when a catalogue is copied in.
CREATE FUNCTION catalog_products_found() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_find_again(array_agg(id)) FROM (
        WITH RECURSIVE heirs (id) AS (
            SELECT id FROM new_rows
            UNION
            SELECT p.replaced_by_id FROM heirs JOIN catalog_product p ON p.id = heirs.id
            WHERE p.replaced_by_id IS NOT NULL
        )
        SELECT id FROM heirs
    ) AS touched;
    RETURN NULL;
END $$;
DROP TRIGGER product_found ON catalog_product;
CREATE TRIGGER products_found AFTER INSERT ON catalog_product
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_products_found();
CREATE TRIGGER product_found AFTER UPDATE OF name_fr, name_en, summary_fr, summary_en, details_fr,
        details_en, sku, position, program_id, category_id, replaced_by_id
    ON catalog_product FOR EACH ROW
    WHEN ((OLD.name_fr, OLD.name_en, OLD.summary_fr, OLD.summary_en, OLD.details_fr, OLD.details_en,
        OLD.sku, OLD.position, OLD.program_id, OLD.category_id, OLD.replaced_by_id)
        IS DISTINCT FROM
        (NEW.name_fr, NEW.name_en, NEW.summary_fr, NEW.summary_en, NEW.details_fr, NEW.details_en,
        NEW.sku, NEW.position, NEW.program_id, NEW.category_id, NEW.replaced_by_id))
    EXECUTE FUNCTION catalog_product_found_again();

CREATE FUNCTION catalog_former_name_found() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_find_again(array_agg(id)) FROM (
        WITH RECURSIVE heirs (id) AS (
            SELECT unnest(ARRAY[NEW.product_id, OLD.product_id])
            UNION
            SELECT p.replaced_by_id FROM heirs JOIN catalog_product p ON p.id = heirs.id
        )
        SELECT id FROM heirs WHERE id IS NOT NULL
    ) AS touched;
    RETURN NULL;
END $$;
CREATE TRIGGER former_name_found AFTER INSERT OR UPDATE OR DELETE ON catalog_formername
    FOR EACH ROW EXECUTE FUNCTION catalog_former_name_found();

-- Where a product stands: only a number changes.
CREATE FUNCTION catalog_place_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_productwords w
    SET place = ARRAY[partner.position, program.position, p.position, p.id]
    FROM catalog_product p
    JOIN catalog_program program ON program.id = p.program_id
    JOIN catalog_partner partner ON partner.id = program.partner_id
    WHERE w.product_id = p.id AND NEW.id = CASE TG_TABLE_NAME
        WHEN 'catalog_partner' THEN partner.id ELSE program.id END;
    RETURN NULL;
END $$;
CREATE TRIGGER partner_placed AFTER UPDATE OF position ON catalog_partner
    FOR EACH ROW WHEN (OLD.position IS DISTINCT FROM NEW.position)
    EXECUTE FUNCTION catalog_place_again();
CREATE TRIGGER program_placed AFTER UPDATE OF position ON catalog_program
    FOR EACH ROW WHEN (OLD.position IS DISTINCT FROM NEW.position)
    EXECUTE FUNCTION catalog_place_again();

-- One word of a search in both languages; nothing where either language passes over it.
CREATE FUNCTION catalog_word_query(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN fr = '' OR en = '' THEN '' WHEN fr = en THEN fr ELSE fr || ' | ' || en END
FROM (SELECT phraseto_tsquery('portal_fr', word)::text AS fr,
    phraseto_tsquery('portal_en', word)::text AS en) AS both_languages
$$;

CREATE FUNCTION catalog_synonym_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH terms AS (
        SELECT DISTINCT trim(regexp_replace(portal_norm(term), '\s+', ' ', 'g')) AS term
        FROM regexp_split_to_table(NEW.words_fr || ',' || NEW.words_en, ',') AS term
    )
    -- A term of several words is kept as it is, behind a sign that no search has.
    SELECT array_agg(DISTINCT CASE WHEN term LIKE '% %' THEN '~' || term
            ELSE catalog_word_query(term) END),
        string_agg(catalog_word_query(term), ' | ')
    INTO NEW.targets, NEW.means
    FROM terms WHERE term <> '' AND catalog_word_query(term) <> '';
    NEW.targets := coalesce(NEW.targets, '{}');
    NEW.means := coalesce(NEW.means, '');
    INSERT INTO catalog_word (word)
    SELECT DISTINCT word
    FROM regexp_split_to_table(portal_norm(NEW.words_fr || ',' || NEW.words_en), '[^a-z]+') AS word
    WHERE length(word) BETWEEN 3 AND 30 ORDER BY word ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;
CREATE TRIGGER synonym_written BEFORE INSERT OR UPDATE ON catalog_synonym
    FOR EACH ROW EXECUTE FUNCTION catalog_synonym_written();

-- What somebody typed, as a search: every word, or a synonym of it; `this|that` is either.
CREATE FUNCTION catalog_query(typed text) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
    owns text[]; -- the words themselves
    meanings text[]; -- the words with their synonyms
    found record;
    made text;
    rest text;
BEGIN
    SELECT array_agg(own), array_agg('(' || query || ')') INTO owns, meanings FROM (
        SELECT word, min(own) AS own, string_agg(meaning, ' | ') AS query
        FROM regexp_split_to_table(
                regexp_replace(portal_norm(typed), '[^[:alnum:]|+#@.-]+', ' ', 'g'), '\s+') AS word,
            regexp_split_to_table(word, '[|]') AS choice,
            LATERAL (SELECT catalog_word_query(choice) AS own) AS itself,
            LATERAL (
                SELECT own AS meaning WHERE own <> ''
                UNION ALL
                SELECT means FROM catalog_synonym WHERE targets @> ARRAY[own] AND own <> ''
            ) AS meant
        GROUP BY word
    ) AS each_word;
    made := array_to_string(meanings, ' & ');
    FOR found IN
        SELECT means, array_agg(catalog_word_query(word)) AS parts
        FROM catalog_synonym, unnest(targets) AS target,
            regexp_split_to_table(substr(target, 2), ' ') AS word
        WHERE target LIKE '~%' AND catalog_word_query(word) <> ''
        GROUP BY id, target HAVING array_agg(catalog_word_query(word)) <@ owns
    LOOP
        SELECT string_agg(meaning, ' & ') INTO rest
        FROM unnest(owns, meanings) AS each (own, meaning) WHERE own <> ALL (found.parts);
        made := made || ' | ' || concat_ws(' & ', '(' || found.means || ')', rest);
    END LOOP;
    RETURN coalesce(made, '')::tsquery;
END $$;
"""
FORGET = """
DROP FUNCTION catalog_query(text);
DROP TRIGGER synonym_written ON catalog_synonym;
DROP FUNCTION catalog_synonym_written();
DROP FUNCTION catalog_word_query(text);
DROP TRIGGER program_placed ON catalog_program;
DROP TRIGGER partner_placed ON catalog_partner;
DROP FUNCTION catalog_place_again();
DROP TRIGGER former_name_found ON catalog_formername;
DROP FUNCTION catalog_former_name_found();
DROP TRIGGER product_found ON catalog_product;
DROP TRIGGER products_found ON catalog_product;
DROP FUNCTION catalog_products_found();
CREATE TRIGGER product_found AFTER INSERT
    OR UPDATE OF name_fr, name_en, summary_fr, summary_en, details_fr, details_en, sku,
        program_id, category_id, replaced_by_id
    ON catalog_product FOR EACH ROW EXECUTE FUNCTION catalog_product_found_again();
"""
FILL = "SELECT catalog_find_again(array_agg(id)) FROM catalog_product"


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_product_life'),
    ]

    operations = [
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words_fr', models.CharField(blank=True, help_text='Separated by commas.', max_length=300, verbose_name='words in French')),
                ('words_en', models.CharField(blank=True, help_text='Separated by commas.', max_length=300, verbose_name='words in English')),
                ('targets', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                ('means', models.TextField(default='', editable=False)),
            ],
            options={
                'verbose_name': 'words that mean the same',
                'verbose_name_plural': 'words that mean the same',
                'ordering': ['words_fr', 'words_en'],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('word', models.TextField(primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'word of the catalogue',
                'verbose_name_plural': 'words of the catalogue',
            },
        ),
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_vector',
        ),
        migrations.RemoveField(
            model_name='productwords',
            name='vector',
        ),
        migrations.AddField(
            model_name='productwords',
            name='en',
            field=django.contrib.postgres.search.SearchVectorField(default='', verbose_name='stems of its English texts'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='fr',
            field=django.contrib.postgres.search.SearchVectorField(default='', verbose_name='stems of its French texts'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='known',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=[], size=None, verbose_name='whole names and SKUs'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='names',
            field=django.contrib.postgres.search.SearchVectorField(default='', verbose_name='stems of its names, in both languages'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='place',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=[], size=None, verbose_name='place in the catalogue'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='sort_en',
            field=models.TextField(default='', verbose_name='place by its English name'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='productwords',
            name='sort_fr',
            field=models.TextField(default='', verbose_name='place by its French name'),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['names'], name='catalog_words_names'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['fr'], name='catalog_words_fr'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['en'], name='catalog_words_en'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['known'], name='catalog_words_known'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=models.Index(fields=['place'], name='catalog_words_place'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=models.Index(fields=['sort_fr', 'product'], name='catalog_words_sort_fr'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=models.Index(fields=['sort_en', 'product'], name='catalog_words_sort_en'),
        ),
        migrations.AddConstraint(
            model_name='synonym',
            constraint=models.CheckConstraint(condition=models.Q(('words_en', ''), ('words_fr', ''), _negated=True), name='catalog_synonym_words', violation_error_message='Give the words of one language at least.'),
        ),
        migrations.AddIndex(
            model_name='word',
            index=django.contrib.postgres.indexes.GinIndex(fields=['word'], name='catalog_word_like', opclasses=['gin_trgm_ops']),
        ),
        migrations.RunSQL(FIND, FORGET),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
