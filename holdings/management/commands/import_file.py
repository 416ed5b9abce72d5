"""`manage.py import_file --kind KIND stage FILE | check ID | apply ID`: what the screens of files do, from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from holdings.intake.models import IntakeFile
from holdings.intake.queries import outcomes, problem_counts
from holdings.intake.registry import intakes
from holdings.intake.services import AlreadyStaged, apply_intake, check_intake, map_columns, stage_intake
from holdings.intake.words import words_of
from imis.errors import IMISError
from imis.models import User


class Command(BaseCommand):
    """Stages, checks or applies one file of one kind in the name of a member of staff."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """--kind KIND, then stage FILE, check ID or apply ID; --by USERNAME says in whose name."""
        parser.add_argument("--kind", required=True, choices=sorted(intakes()))
        parser.add_argument("--by", required=True, metavar="USERNAME", help="member of staff who answers for it")
        steps = parser.add_subparsers(dest="step", required=True)
        stage = steps.add_parser("stage", help="keep the rows of a file as they are")
        stage.add_argument("file", type=Path)
        stage.add_argument("--layer", help="which layer, when the file holds several")
        stage.add_argument("--crs", help="coordinate system, when the file names none: EPSG:32645")
        stage.add_argument("--set", action="append", default=[], metavar="FIELD=COLUMN", help="=WORD after it: a fixed")
        stage.add_argument("--unit", action="append", default=[], metavar="FIELD=UNIT")
        for name, words in (("check", "name what is wrong with the rows"), ("apply", "enter the ready rows")):
            steps.add_parser(name, help=words).add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the step and prints the counts of the file."""
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"There is no user {options['by']}.")
        try:
            file = self._run(options, by)
        except AlreadyStaged as known:
            self.stdout.write(f"{known.message} {known.remedy}")
            file = known.file
        except IMISError as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}".strip()) from refusal
        self._tell(file)

    def _run(self, options: dict[str, Any], by: User) -> IntakeFile:
        now = timezone.now()
        if options["step"] == "stage":
            return self._stage(options, by)
        file = IntakeFile.objects.filter(pk=options["id"], kind=options["kind"]).first()
        if file is None:
            raise CommandError(f"There is no file {options['id']} of the kind {options['kind']}.")
        return (check_intake if options["step"] == "check" else apply_intake)(file=file, by=by, at=now)

    def _stage(self, options: dict[str, Any], by: User) -> IntakeFile:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is not a file.")
        kind, now = options["kind"], timezone.now()
        file = stage_intake(
            kind=kind, path=path, name=path.name, layer=options["layer"], crs=options["crs"], by=by, at=now
        )
        columns, units = _pairs(options["set"]), _pairs(options["unit"])
        if columns or units:
            known, measured = {**file.columns, **columns}, {**file.units, **units}
            file = map_columns(file=file, columns=known, units=measured, by=by, at=now)
        return file

    def _tell(self, file: IntakeFile) -> None:
        found = outcomes(file)
        self.stdout.write(
            f"file {file.pk} of {file.kind} ({file.get_state_display()}): rows {found.rows} = applied {found.applied}"
            f" + rejected {found.rejected} + waiting {found.waiting} (ready {found.ready})"
        )
        for one in problem_counts(file):
            stops = "stops" if one.blocking else "     "
            title = words_of(intakes()[file.kind], one.code).title
            self.stdout.write(f"  {one.rows:>8}  {stops}  {one.code:<18} {title}")


def _pairs(given: list[str]) -> dict[str, str]:
    """FIELD=COLUMN texts as a mapping; the rest after the first "=" is the column, or "=WORD"."""
    return dict(pair.partition("=")[::2] for pair in given)
