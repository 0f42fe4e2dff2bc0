"""Many products at once: a catalogue of any size, the same each time, by the database alone."""

from django.db import connection, transaction

WORDS = (
    "Office Suite Server Cloud Backup Security Firewall Antivirus Studio Database Analytics "
    "Design Photo Video Meeting Storage Network Switch Router Laptop Tablet Monitor Printer "
    "Accounting Payroll Donor Fundraising Calendar Mail Archive Compliance Language Reader"
).split()
PARTNERS, PARENTS, CHILDREN = 60, 8, 5
DETAILS = (
    "For teams that share files and calendars, with help in both languages and a year of updates. "
) * 4
# A partner has one program and sells in five categories; each product names two of the words.
STATEMENTS = (
    """INSERT INTO catalog_category (slug, name_fr, name_en, position)
    SELECT 'bench-' || n, 'Rayon ' || n, 'Aisle ' || n, n FROM generate_series(1, %(parents)s) n
    ON CONFLICT DO NOTHING""",
    """INSERT INTO catalog_category (parent_id, slug, name_fr, name_en, position)
    SELECT id, 'shelf-' || n, 'Étagère ' || n, 'Shelf ' || n, n
    FROM catalog_category, generate_series(1, %(children)s) n
    WHERE slug LIKE 'bench-%%' AND parent_id IS NULL ON CONFLICT DO NOTHING""",
    """INSERT INTO catalog_partner (slug, name, website, about_fr, about_en, position)
    SELECT 'bench-' || n, 'Maker ' || n, 'https://maker.example', 'x', 'x', 1000 + n
    FROM generate_series(1, %(partners)s) n ON CONFLICT DO NOTHING""",
    """INSERT INTO catalog_program (partner_id, slug, name_fr, name_en, kind, limits, alone_in_cart,
        approval, attestations, refund, refund_whole_program, renewal, delivery, delivery_unit,
        delivery_from, delivery_to, milestones, position)
    SELECT id, slug, name, name, (ARRAY['donation', 'donation', 'access', 'hardware'])[1 + id %% 4],
        '[{"metric": "units", "scope": "program", "max": 50,
           "window": {"kind": "rolling", "months": 24}}]',
        false, 'none', '{}', 'none', false, 'none',
        (ARRAY['key', 'link', 'code'])[1 + id %% 3], 'business_days', 2, 5, '[]', 0
    FROM catalog_partner WHERE slug LIKE 'bench-%%' ON CONFLICT DO NOTHING""",
    """INSERT INTO catalog_programversion
      (program_id, effective, grace_days, note_fr, note_en, published_at, criteria)
    SELECT id, '2020-01-01', 0, '', '', now(), CASE id %% 3
        WHEN 0 THEN '[{"fact": "budget", "max": 100000}]'::jsonb
        ELSE '[{"fact": "qualified_months", "min": 0}, {"fact": "kind", "in": ["charity"]}]' END
    FROM catalog_program WHERE slug LIKE 'bench-%%' ON CONFLICT DO NOTHING""",
    """INSERT INTO catalog_product (program_id, category_id, sku, slug, name_fr, name_en,
        summary_fr, summary_en, details_fr, details_en, requirements_fr, requirements_en,
        title_group, fee,
        retail_value, retail_on, retail_source, units_per_pack, platforms, stock, personal_use,
        status, position)
    SELECT program.id, c.id, 'B-' || n, 'b-' || n, made.name || ' ' || n, made.name || ' ' || n,
        'Pour les organismes', 'For organizations', %(details)s, %(details)s, '', '', '',
        5 + n %% 300, 500 + n %% 900, '2026-01-31', '', 1 + n %% 3,
        CASE n %% 3 WHEN 0 THEN '{windows}' WHEN 1 THEN '{windows,mac}' ELSE '{web}' END::text[],
        CASE WHEN n %% 10 = 0 THEN 0 WHEN n %% 4 = 0 THEN 500 END, n %% 20 = 0, 'live', n
    FROM generate_series(%(first)s, %(last)s) n
    CROSS JOIN LATERAL (SELECT (%(words)s::text[])[1 + n %% cardinality(%(words)s::text[])] || ' '
        || (%(words)s::text[])[1 + (n / 7) %% cardinality(%(words)s::text[])] AS name) AS made
    JOIN catalog_program program ON program.slug = 'bench-' || (1 + n %% %(partners)s)
    JOIN catalog_category above ON above.slug = 'bench-' || (1 + n %% %(parents)s)
    JOIN catalog_category c ON c.parent_id = above.id
        AND c.slug = 'shelf-' || (1 + n %% %(children)s)""",
)


# What the triggers would write of texts as plain as these; row by row they would take minutes.
NEW = "p.sku LIKE 'B-%%' AND p.position BETWEEN %(first)s AND %(last)s"
PLACES_BY_HAND = f"""INSERT INTO catalog_productwords (product_id, names, fr, en, known, plain,
        sort_fr, sort_en, place)
    SELECT p.id, words, words || said.fr, words || said.en, known, plain, lower(p.name_fr),
        lower(p.name_en), ARRAY[partner.position, program.position, p.position, p.id]
    FROM catalog_product p JOIN catalog_program program ON program.id = p.program_id
    JOIN catalog_partner partner ON partner.id = program.partner_id
    CROSS JOIN LATERAL (SELECT
        CASE WHEN %(can_search)s THEN to_tsvector('portal_en', p.name_en) ELSE '' END AS words,
        CASE WHEN %(can_search)s THEN ARRAY[lower(p.name_en), lower(p.sku)] ELSE '{{}}' END
            AS known,
        CASE WHEN %(can_search)s THEN lower(p.name_en || ' ' || p.sku) ELSE '' END AS plain
    ) AS made CROSS JOIN (SELECT to_tsvector('portal_fr', said) AS fr,
        to_tsvector('portal_en', said) AS en
        FROM (SELECT CASE WHEN %(can_search)s THEN %(details)s ELSE '' END AS said) AS text
    ) AS said WHERE {NEW}"""
SHELF_BY_HAND = f"""INSERT INTO catalog_shelfentry (program_id, category_id, fee_range, in_stock,
        personal_use, platforms, published_from, published_until, change)
    SELECT program_id, category_id, catalog_fee_range(fee), stock IS DISTINCT FROM 0, personal_use,
        platforms, published_from, published_until, count(*)
    FROM catalog_product p WHERE {NEW} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""
WORDS_BY_HAND = """INSERT INTO catalog_word SELECT DISTINCT lower(word)
    FROM unnest(%(words)s::text[]) AS word ON CONFLICT DO NOTHING"""
EDITION_BY_HAND = "INSERT INTO catalog_edition DEFAULT VALUES"
TABLES = ("product", "productwords", "word", "shelfentry", "program", "category", "partner")


@transaction.atomic
def fill(first: int, last: int, *, can_search: bool = True) -> None:
    """The products from one number to another; without words where nobody is going to search."""
    given = {
        "first": first,
        "last": last,
        "words": list(WORDS),
        "partners": PARTNERS,
        "parents": PARENTS,
        "children": CHILDREN,
        "details": DETAILS if can_search else "x",
        "can_search": can_search,
    }
    by_hand = (PLACES_BY_HAND, SHELF_BY_HAND, WORDS_BY_HAND, EDITION_BY_HAND)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers
        for statement in (*STATEMENTS, *by_hand):
            cursor.execute(statement, given)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")
        for table in TABLES:
            cursor.execute(f"ANALYZE catalog_{table}")


def empty() -> None:
    """Take away what an earlier run filled in."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("TRUNCATE catalog_partner, catalog_category CASCADE")
        cursor.execute("RESET statement_timeout")
