"""`manage.py import_survey stage FILE | check ID | apply ID`: the survey screens' work from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from holdings.models import SurveyFile
from holdings.problem_words import title
from holdings.queries import outcomes, problem_counts
from holdings.services import AlreadyStaged, apply_survey, check_survey, stage_survey
from imis.errors import IMISError
from imis.models import User
from imis.roles import Permission, may


class Command(BaseCommand):
    """Stages, checks or applies one survey file in the name of a member of staff."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """stage FILE, check ID, apply ID; --by USERNAME says in whose name."""
        parser.add_argument("--by", required=True, metavar="USERNAME", help="member of staff who answers for it")
        steps = parser.add_subparsers(dest="step", required=True)
        stage = steps.add_parser("stage", help="keep the rows of a file as they are")
        stage.add_argument("file", type=Path)
        stage.add_argument("--layer", help="which layer, when the file holds several")
        stage.add_argument("--crs", help="coordinate system, when the file names none: EPSG:32645")
        for name, words in (("check", "name what is wrong with the rows"), ("apply", "enter the ready rows")):
            steps.add_parser(name, help=words).add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the step and prints the counts of the file."""
        by = self._by(
            options["by"], Permission.APPLY_SURVEY if options["step"] == "apply" else Permission.IMPORT_SURVEY
        )
        try:
            file = self._run(options, by)
        except AlreadyStaged as known:
            self.stdout.write(f"{known.message} {known.remedy}")
            file = known.file
        except IMISError as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}".strip()) from refusal
        self._tell(file)

    def _run(self, options: dict[str, Any], by: User) -> SurveyFile:
        now = timezone.now()
        if options["step"] == "stage":
            path: Path = options["file"]
            if not path.is_file():
                raise CommandError(f"{path} is not a file.")
            return stage_survey(path=path, name=path.name, layer=options["layer"], crs=options["crs"], by=by, at=now)
        file = SurveyFile.objects.filter(pk=options["id"]).first()
        if file is None:
            raise CommandError(f"There is no survey file {options['id']}.")
        return (check_survey if options["step"] == "check" else apply_survey)(file=file, by=by, at=now)

    def _by(self, username: str, permission: Permission) -> User:
        by = User.objects.filter(username=username).first()
        if by is None or not may(by, permission):
            raise CommandError(f"{username} may not do this.")
        return by

    def _tell(self, file: SurveyFile) -> None:
        found = outcomes(file)
        self.stdout.write(
            f"survey file {file.pk} ({file.get_state_display()}): rows {found.rows} = applied {found.applied}"
            f" + rejected {found.rejected} + waiting {found.waiting} (ready {found.ready})"
        )
        for one in problem_counts(file):
            stops = "stops" if one.blocking else "     "
            self.stdout.write(f"  {one.rows:>8}  {stops}  {one.code:<18} {title(one.code)}")
