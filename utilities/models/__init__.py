"""Networks, providers and the connections of holdings, one file a topic."""

from utilities.models.connections import Connection, Provider
from utilities.models.networks import Drain, ElectricityLine, Sewer, SewerReach, WaterMain

__all__ = ["Connection", "Drain", "ElectricityLine", "Provider", "Sewer", "SewerReach", "WaterMain"]
