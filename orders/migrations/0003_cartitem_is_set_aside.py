from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='cartitem',
            name='is_set_aside',
            field=models.BooleanField(default=False, verbose_name='set aside'),
        ),
    ]
