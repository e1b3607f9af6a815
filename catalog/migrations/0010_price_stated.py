from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_portal")]

    operations = [
        migrations.AlterField(
            model_name="price",
            name="basis",
            field=models.CharField(
                choices=[
                    ("cited", "the provider's own price page"),
                    ("stated", "stated by the provider"),
                    ("community", "community data"),
                    ("simulated", "simulated"),
                ],
                max_length=10,
                verbose_name="basis",
            ),
        ),
    ]
