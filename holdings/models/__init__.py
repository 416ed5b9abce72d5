"""The register's tables, one file a topic."""

from holdings.models.places import Building, Mahalla, Road, Ward
from holdings.models.register import Holding, HoldingBuilding, Owner, Ownership, Unit
from holdings.models.survey import SurveyFile, SurveyProblem, SurveyRow

__all__ = [
    "Building", "Holding", "HoldingBuilding", "Mahalla", "Owner", "Ownership", "Road",
    "SurveyFile", "SurveyProblem", "SurveyRow", "Unit", "Ward",
]
