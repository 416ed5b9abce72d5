"""The register's tables, one file a topic."""

from holdings.intake.models import IntakeEnding, IntakeFile, IntakeProblem, IntakeRow
from holdings.models.places import Building, Mahalla, Road, Ward
from holdings.models.register import Holding, HoldingBuilding, NameWord, Owner, Ownership, Unit
from holdings.models.survey import SurveyEnding, SurveyFile, SurveyProblem, SurveyReading, SurveyRow

__all__ = [
    "Building",
    "Holding",
    "HoldingBuilding",
    "IntakeEnding",
    "IntakeFile",
    "IntakeProblem",
    "IntakeRow",
    "Mahalla",
    "NameWord",
    "Owner",
    "Ownership",
    "Road",
    "SurveyEnding",
    "SurveyFile",
    "SurveyProblem",
    "SurveyReading",
    "SurveyRow",
    "Unit",
    "Ward",
]
