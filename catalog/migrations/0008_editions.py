"""A name for what lists show, which changes with it: what is kept under it is never stale."""

import django.db.models.functions.datetime
import django.db.models.functions.math
from django.db import migrations, models


OTHERS = ("program", "programversion", "partner", "category", "formername", "synonym")
BEGIN = """
CREATE FUNCTION catalog_new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_edition DEFAULT VALUES;
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_new_edition_of_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Selling some of many changes no list.
    IF EXISTS (
        SELECT FROM old_rows o JOIN new_rows n USING (id)
        WHERE (o.stock IS NOT DISTINCT FROM 0) <> (n.stock IS NOT DISTINCT FROM 0)
            OR to_jsonb(o) - 'stock' <> to_jsonb(n) - 'stock'
    ) THEN
        INSERT INTO catalog_edition DEFAULT VALUES;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER edition_added AFTER INSERT OR DELETE ON catalog_product
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_new_edition();
CREATE TRIGGER edition_changed AFTER UPDATE ON catalog_product
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_new_edition_of_products();
""" + "".join(
    f"""CREATE TRIGGER edition_changed AFTER INSERT OR UPDATE OR DELETE ON catalog_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_new_edition();
"""
    for table in OTHERS
)
END = (
    "".join(f"DROP TRIGGER edition_changed ON catalog_{table};\n" for table in OTHERS)
    + """
DROP TRIGGER edition_changed ON catalog_product;
DROP TRIGGER edition_added ON catalog_product;
DROP FUNCTION catalog_new_edition_of_products();
DROP FUNCTION catalog_new_edition();
"""
)


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_first_synonyms'),
    ]

    operations = [
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='at')),
                ('mark', models.FloatField(db_default=django.db.models.functions.math.Random(), verbose_name='mark')),
            ],
            options={
                'verbose_name': 'edition of the catalogue',
                'verbose_name_plural': 'editions of the catalogue',
            },
        ),
        migrations.RunSQL(BEGIN, END),
    ]
