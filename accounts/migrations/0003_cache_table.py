"""The table that stands in for Valkey: the limits on signing in count there while it is away."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_former_usernames")]
    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE portal_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX portal_cache_expires ON portal_cache (expires);
            """,
            "DROP TABLE portal_cache",
        )
    ]
