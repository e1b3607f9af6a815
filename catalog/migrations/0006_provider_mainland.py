from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_probes'),
    ]

    operations = [
        migrations.AddField(
            model_name='provider',
            name='available_in_mainland',
            field=models.BooleanField(blank=True, null=True, verbose_name='available in mainland China'),
        ),
        migrations.AddField(
            model_name='provider',
            name='filing_checked_on',
            field=models.DateField(blank=True, null=True, verbose_name='filing number checked on'),
        ),
        migrations.AddField(
            model_name='provider',
            name='filing_number',
            field=models.CharField(blank=True, help_text='备案号 of the service; empty is unknown', max_length=100, verbose_name='filing number'),
        ),
        migrations.AddField(
            model_name='provider',
            name='filing_source',
            field=models.URLField(blank=True, max_length=300, verbose_name='source of the filing number'),
        ),
        migrations.AddField(
            model_name='provider',
            name='mainland_checked_on',
            field=models.DateField(blank=True, null=True, verbose_name='availability checked on'),
        ),
        migrations.AddField(
            model_name='provider',
            name='mainland_source',
            field=models.URLField(blank=True, max_length=300, verbose_name='source of the availability'),
        ),
        migrations.AddConstraint(
            model_name='provider',
            constraint=models.CheckConstraint(condition=models.Q(('available_in_mainland__isnull', True), models.Q(models.Q(('mainland_source', ''), _negated=True), ('mainland_checked_on__isnull', False)), _connector='OR'), name='a_known_availability_has_a_source_and_a_day'),
        ),
        migrations.AddConstraint(
            model_name='provider',
            constraint=models.CheckConstraint(condition=models.Q(('filing_number', ''), models.Q(models.Q(('filing_source', ''), _negated=True), ('filing_checked_on__isnull', False)), _connector='OR'), name='a_filing_number_has_a_source_and_a_day'),
        ),
    ]
