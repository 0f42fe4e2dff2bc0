from django.db import migrations, models
from django.db.models import Func, Value


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_work")]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="number",
            field=models.PositiveIntegerField(
                db_default=Func(Value("orders_order_number"), function="nextval"),
                unique=True,
                verbose_name="number",
            ),
        ),
    ]
