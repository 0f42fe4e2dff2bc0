"""What products were called, when they are shown, and of which day their retail value is."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


KEEP = """
CREATE FUNCTION catalog_keep_former_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_formername (product_id, sku, slug, name_fr, name_en, until)
    SELECT OLD.id, was.sku, was.slug, was.name_fr, was.name_en,
        (now() AT TIME ZONE 'America/Toronto')::date
    FROM (SELECT
        CASE WHEN OLD.sku <> NEW.sku THEN OLD.sku ELSE '' END AS sku,
        -- "moving-" is what loading a file parks an address under while two products swap theirs.
        CASE WHEN OLD.slug <> NEW.slug AND OLD.slug <> 'moving-' || OLD.id
            THEN OLD.slug ELSE '' END AS slug,
        CASE WHEN OLD.name_fr <> NEW.name_fr THEN OLD.name_fr ELSE '' END AS name_fr,
        CASE WHEN OLD.name_en <> NEW.name_en THEN OLD.name_en ELSE '' END AS name_en
    ) AS was
    WHERE was.sku || was.slug || was.name_fr || was.name_en <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER product_former_name AFTER UPDATE OF sku, slug, name_fr, name_en ON catalog_product
    FOR EACH ROW WHEN ((OLD.sku, OLD.slug, OLD.name_fr, OLD.name_en)
        IS DISTINCT FROM (NEW.sku, NEW.slug, NEW.name_fr, NEW.name_en))
    EXECUTE FUNCTION catalog_keep_former_name();

CREATE FUNCTION catalog_date_retail_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.retail_on := CASE WHEN NEW.retail_value IS NOT NULL
        THEN (now() AT TIME ZONE 'America/Toronto')::date END;
    RETURN NEW;
END $$;
CREATE TRIGGER product_retail_new BEFORE INSERT ON catalog_product
    FOR EACH ROW WHEN (NEW.retail_on IS NULL) EXECUTE FUNCTION catalog_date_retail_value();
CREATE TRIGGER product_retail_changed BEFORE UPDATE OF retail_value ON catalog_product
    FOR EACH ROW WHEN (NEW.retail_value IS DISTINCT FROM OLD.retail_value
        AND NEW.retail_on IS NOT DISTINCT FROM OLD.retail_on)
    EXECUTE FUNCTION catalog_date_retail_value();
"""
FORGET = """
DROP TRIGGER product_retail_changed ON catalog_product;
DROP TRIGGER product_retail_new ON catalog_product;
DROP TRIGGER product_former_name ON catalog_product;
DROP FUNCTION catalog_date_retail_value();
DROP FUNCTION catalog_keep_former_name();
"""
# Of the day since which the history has it.
DATE = """
UPDATE catalog_product p SET retail_on = coalesce(
    (SELECT min(e.pgh_created_at) FROM catalog_productevent e
     WHERE e.pgh_obj_id = p.id AND e.retail_value = p.retail_value),
    now()) AT TIME ZONE 'America/Toronto'
WHERE retail_value IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(blank=True, max_length=40, verbose_name='former SKU')),
                ('slug', models.SlugField(blank=True, max_length=80, verbose_name='former address')),
                ('name_fr', models.CharField(blank=True, max_length=200, verbose_name='former name in French')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='former name in English')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'verbose_name': 'former name',
                'verbose_name_plural': 'former names',
                'ordering': ['-pk'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='product',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='product',
            name='update_update',
        ),
        migrations.AddField(
            model_name='product',
            name='published_from',
            field=models.DateTimeField(blank=True, help_text='Toronto time; empty for at once.', null=True, verbose_name='shown from'),
        ),
        migrations.AddField(
            model_name='product',
            name='published_until',
            field=models.DateTimeField(blank=True, help_text='Toronto time; empty for no end.', null=True, verbose_name='shown until'),
        ),
        migrations.AddField(
            model_name='product',
            name='retail_on',
            field=models.DateField(blank=True, help_text='When somebody last looked. A new value without a day is of today.', null=True, verbose_name='day of the retail value'),
        ),
        migrations.AddField(
            model_name='product',
            name='retail_source',
            field=models.CharField(blank=True, help_text='A store or a website, as readers know it; empty for our own estimate.', max_length=120, verbose_name='source of the retail value'),
        ),
        migrations.AddField(
            model_name='productevent',
            name='published_from',
            field=models.DateTimeField(blank=True, help_text='Toronto time; empty for at once.', null=True, verbose_name='shown from'),
        ),
        migrations.AddField(
            model_name='productevent',
            name='published_until',
            field=models.DateTimeField(blank=True, help_text='Toronto time; empty for no end.', null=True, verbose_name='shown until'),
        ),
        migrations.AddField(
            model_name='productevent',
            name='retail_on',
            field=models.DateField(blank=True, help_text='When somebody last looked. A new value without a day is of today.', null=True, verbose_name='day of the retail value'),
        ),
        migrations.AddField(
            model_name='productevent',
            name='retail_source',
            field=models.CharField(blank=True, help_text='A store or a website, as readers know it; empty for our own estimate.', max_length=120, verbose_name='source of the retail value'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['fee', 'id'], name='catalog_product_fee'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_productevent" ("category_id", "details_en", "details_fr", "fee", "id", "name_en", "name_fr", "personal_use", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platforms", "position", "program_id", "published_from", "published_until", "replaced_by_id", "requirements_en", "requirements_fr", "retail_on", "retail_source", "retail_value", "sku", "slug", "status", "stock", "summary_en", "summary_fr", "title_group", "units_per_pack") VALUES (NEW."category_id", NEW."details_en", NEW."details_fr", NEW."fee", NEW."id", NEW."name_en", NEW."name_fr", NEW."personal_use", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."platforms", NEW."position", NEW."program_id", NEW."published_from", NEW."published_until", NEW."replaced_by_id", NEW."requirements_en", NEW."requirements_fr", NEW."retail_on", NEW."retail_source", NEW."retail_value", NEW."sku", NEW."slug", NEW."status", NEW."stock", NEW."summary_en", NEW."summary_fr", NEW."title_group", NEW."units_per_pack"); RETURN NULL;', hash='d1a3443f50ff8c1f57fda262cb315d21d799e224', operation='INSERT', pgid='pgtrigger_insert_insert_ae3fa', table='catalog_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "catalog_productevent" ("category_id", "details_en", "details_fr", "fee", "id", "name_en", "name_fr", "personal_use", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "platforms", "position", "program_id", "published_from", "published_until", "replaced_by_id", "requirements_en", "requirements_fr", "retail_on", "retail_source", "retail_value", "sku", "slug", "status", "stock", "summary_en", "summary_fr", "title_group", "units_per_pack") VALUES (NEW."category_id", NEW."details_en", NEW."details_fr", NEW."fee", NEW."id", NEW."name_en", NEW."name_fr", NEW."personal_use", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."platforms", NEW."position", NEW."program_id", NEW."published_from", NEW."published_until", NEW."replaced_by_id", NEW."requirements_en", NEW."requirements_fr", NEW."retail_on", NEW."retail_source", NEW."retail_value", NEW."sku", NEW."slug", NEW."status", NEW."stock", NEW."summary_en", NEW."summary_fr", NEW."title_group", NEW."units_per_pack"); RETURN NULL;', hash='97006fc815509ee999c9d01bb425d70ea6f30e28', operation='UPDATE', pgid='pgtrigger_update_update_580c5', table='catalog_product', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('published_from', None), ('published_until', None), ('published_from__lt', models.F('published_until')), _connector='OR'), name='catalog_shown_from_until', violation_error_message='A product cannot vanish before it is shown.'),
        ),
        migrations.AddField(
            model_name='formername',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_names', to='catalog.product'),
        ),
        migrations.AddIndex(
            model_name='formername',
            index=models.Index(condition=models.Q(('sku', ''), _negated=True), fields=['sku'], name='catalog_former_sku'),
        ),
        migrations.AddConstraint(
            model_name='formername',
            constraint=models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_fr', ''), ('sku', ''), ('slug', ''), _negated=True), name='catalog_former_something', violation_error_message='Give a former SKU, address or name.'),
        ),
        migrations.RunSQL(DATE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
