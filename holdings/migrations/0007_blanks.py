"""What a field is where the cell of its column is blank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holdings", "0006_links")]

    operations = [
        migrations.AddField(
            model_name="surveyfile",
            name="blanks",
            field=models.JSONField(default=dict, help_text="what a field is where the cell of its column is blank"),
        ),
    ]
