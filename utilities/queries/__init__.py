"""Reads of networks and connections."""

from utilities.queries.connections import HoldingService, connection_counts, holding_services
from utilities.queries.networks import NETWORKS, Network, network_lines, network_totals
from utilities.queries.reach import Reachable, buildings_in_reach

__all__ = [
    "NETWORKS",
    "HoldingService",
    "Network",
    "Reachable",
    "buildings_in_reach",
    "connection_counts",
    "holding_services",
    "network_lines",
    "network_totals",
]
