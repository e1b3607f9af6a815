from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_provider_mainland'),
    ]

    operations = [
        migrations.AddField(
            model_name='aimodel',
            name='active_parameters_b',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='parameters at work per token (billions)'),
        ),
        migrations.AddField(
            model_name='aimodel',
            name='parameters_b',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='parameters (billions)'),
        ),
        migrations.AddField(
            model_name='aimodel',
            name='parameters_source',
            field=models.CharField(blank=True, help_text="“name” where the model's name states them", max_length=200, verbose_name='source of the sizes'),
        ),
        migrations.AddConstraint(
            model_name='aimodel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active_parameters_b__isnull', True), ('parameters_b__isnull', True)), models.Q(('parameters_source', ''), _negated=True), _connector='OR'), name='a_known_size_has_a_source'),
        ),
        migrations.AddConstraint(
            model_name='aimodel',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('parameters_b__isnull', True), ('parameters_b__gt', 0), _connector='OR'), models.Q(('active_parameters_b__isnull', True), ('active_parameters_b__gt', 0), _connector='OR')), name='a_size_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='aimodel',
            constraint=models.CheckConstraint(condition=models.Q(('parameters_b__isnull', True), ('active_parameters_b__isnull', True), ('active_parameters_b__lte', models.F('parameters_b')), _connector='OR'), name='no_more_parameters_work_than_there_are'),
        ),
    ]
