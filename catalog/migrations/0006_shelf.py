"""How many live products stand together, so that a list is counted without reading them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


COUNT = """
CREATE FUNCTION catalog_fee_range(fee numeric) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT width_bucket(fee, ARRAY[10, 25, 50, 100, 250]::numeric[])::smallint
$$;

CREATE FUNCTION catalog_on_the_shelf(p catalog_product, change integer) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO catalog_shelfentry (program_id, category_id, fee_range, in_stock, personal_use,
        platforms, published_from, published_until, change)
    SELECT p.program_id, p.category_id, catalog_fee_range(p.fee), p.stock IS DISTINCT FROM 0,
        p.personal_use, p.platforms, p.published_from, p.published_until, change
    WHERE p.status = 'live'
$$;
CREATE FUNCTION catalog_product_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_on_the_shelf(OLD, -1);
    PERFORM catalog_on_the_shelf(NEW, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER product_moved AFTER UPDATE ON catalog_product FOR EACH ROW
    WHEN ((OLD.program_id, OLD.category_id, catalog_fee_range(OLD.fee), OLD.stock IS DISTINCT FROM 0,
        OLD.personal_use, OLD.platforms, OLD.published_from, OLD.published_until, OLD.status)
        IS DISTINCT FROM
        (NEW.program_id, NEW.category_id, catalog_fee_range(NEW.fee), NEW.stock IS DISTINCT FROM 0,
        NEW.personal_use, NEW.platforms, NEW.published_from, NEW.published_until, NEW.status))
    EXECUTE FUNCTION catalog_product_moved();

CREATE FUNCTION catalog_products_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_shelfentry (program_id, category_id, fee_range, in_stock, personal_use,
        platforms, published_from, published_until, change)
    SELECT program_id, category_id, catalog_fee_range(fee), stock IS DISTINCT FROM 0, personal_use,
        platforms, published_from, published_until,
        CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
    FROM moved WHERE status = 'live' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
    RETURN NULL;
END $$;
CREATE TRIGGER products_came AFTER INSERT ON catalog_product REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_products_moved();
CREATE TRIGGER products_went AFTER DELETE ON catalog_product REFERENCING OLD TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_products_moved();

INSERT INTO catalog_shelfentry (program_id, category_id, fee_range, in_stock, personal_use,
    platforms, published_from, published_until, change)
SELECT program_id, category_id, catalog_fee_range(fee), stock IS DISTINCT FROM 0, personal_use,
    platforms, published_from, published_until, count(*)
FROM catalog_product WHERE status = 'live' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
"""
FORGET = """
DROP TRIGGER products_went ON catalog_product;
DROP TRIGGER products_came ON catalog_product;
DROP FUNCTION catalog_products_moved();
DROP TRIGGER product_moved ON catalog_product;
DROP FUNCTION catalog_product_moved();
DROP FUNCTION catalog_on_the_shelf(catalog_product, integer);
DROP FUNCTION catalog_fee_range(numeric);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_finding'),
    ]

    operations = [
        migrations.CreateModel(
            name='ShelfEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fee_range', models.PositiveSmallIntegerField(verbose_name='fee range')),
                ('in_stock', models.BooleanField(verbose_name='in stock')),
                ('personal_use', models.BooleanField(verbose_name='personal use allowed')),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('windows', 'Windows'), ('mac', 'macOS'), ('linux', 'Linux'), ('ios', 'iOS'), ('android', 'Android'), ('web', 'Web')], max_length=10), size=None, verbose_name='platforms')),
                ('published_from', models.DateTimeField(null=True, verbose_name='shown from')),
                ('published_until', models.DateTimeField(null=True, verbose_name='shown until')),
                ('change', models.IntegerField(verbose_name='change')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.category')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.program')),
            ],
            options={
                'verbose_name': 'change of the shelf',
                'verbose_name_plural': 'changes of the shelf',
            },
        ),
        migrations.RunSQL(COUNT, FORGET),
    ]
