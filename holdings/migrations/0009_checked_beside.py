"""What the register held of other surveys when a file was checked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holdings", "0008_own_coordinates")]

    operations = [
        migrations.AddField(
            model_name="surveyfile",
            name="checked_beside",
            field=models.BigIntegerField(
                null=True, help_text="how many rows of other surveys the register held when the file was checked"
            ),
        ),
    ]
