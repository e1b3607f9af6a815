from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_model_sizes'),
    ]

    operations = [
        migrations.AddField(
            model_name='publicreport',
            name='channels',
            field=models.ManyToManyField(blank=True, related_name='public_reports', to='catalog.channel', verbose_name='channels compared'),
        ),
    ]
