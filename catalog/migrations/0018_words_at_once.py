"""Words go into their indexes at once: a list of pending ones would be read by every search."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0017_names_on_pages'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_plain',
        ),
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_names',
        ),
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_fr',
        ),
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_en',
        ),
        migrations.RemoveIndex(
            model_name='productwords',
            name='catalog_words_known',
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['names'], name='catalog_words_names'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['fr'], name='catalog_words_fr'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['en'], name='catalog_words_en'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['known'], name='catalog_words_known'),
        ),
        migrations.AddIndex(
            model_name='productwords',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['plain'], name='catalog_words_plain', opclasses=['gin_trgm_ops']),
        ),
    ]
