from decimal import Decimal

from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_refunds")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="taxes",
            field=models.JSONField(
                blank=True,
                db_default=Value([], models.JSONField()),
                default=list,
                verbose_name="taxes",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tax",
            field=models.DecimalField(
                db_default=Decimal("0.00"),
                decimal_places=2,
                default=Decimal("0.00"),
                max_digits=9,
                verbose_name="taxes (CAD)",
            ),
        ),
        migrations.AddField(
            model_name="cartitem",
            name="fee_seen",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=9,
                null=True,
                verbose_name="fee when it was added",
            ),
        ),
        migrations.RemoveConstraint(model_name="cartitem", name="orders_product_once_in_cart"),
        migrations.AddConstraint(
            model_name="cartitem",
            constraint=models.UniqueConstraint(
                fields=("cart", "product", "is_set_aside"), name="orders_product_once_in_list"
            ),
        ),
    ]
