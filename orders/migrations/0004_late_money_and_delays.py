from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_search'),
        ('orders', '0003_cartitem_is_set_aside'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyPool',
            fields=[
            ],
            options={
                'verbose_name': 'key pool',
                'verbose_name_plural': 'key pools',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('catalog.product',),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='told_late_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='buyer told of the delay'),
        ),
        migrations.AlterField(
            model_name='quotaentry',
            name='kind',
            field=models.CharField(choices=[('hold', 'Held'), ('settle', 'Settled'), ('give_back', 'Given back'), ('hold_again', 'Held again')], max_length=10, verbose_name='kind'),
        ),
    ]
