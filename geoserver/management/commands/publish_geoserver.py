"""Compares a GeoServer with the catalogue, or makes it equal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geoserver import config, plan, publish
from geoserver.client import Client, Refused, Unreachable
from geoserver.desired import published
from layers.queries import city_bounds, ward_places
from layers.spec import Audience


class Command(BaseCommand):
    """`manage.py publish_geoserver --plan | --apply | --check`; exit 1 when a check finds a difference."""

    help = "Keeps the GeoServer of IMIS_GEOSERVER_URL equal to the layer catalogue (docs/guide/geoserver.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of the four acts."""
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument("--plan", action="store_true", help="say what differs and change nothing")
        act.add_argument("--apply", action="store_true", help="put right what differs; a second time changes nothing")
        act.add_argument("--check", action="store_true", help="say what differs; exit 1 if anything does")
        act.add_argument("--forget-tiles", action="store_true", help="empty the tile cache after a change of data")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for a difference (check), a refusal, or a missing setting."""
        try:
            self._handle(**options)
        except (config.NotConfigured, Refused, Unreachable, publish.NotTaken, TimeoutError) as failure:
            raise CommandError(str(failure)) from failure

    def _handle(self, **options: Any) -> None:
        server = config.server()
        if options["apply"] and publish.take_over(server):
            self.stdout.write("The administrator's shipped password is replaced.")
        client = Client(server, account=None if options["apply"] else publish.whoever_may_look(server))
        try:
            if options["forget_tiles"]:
                self._forget(client)
                return
            wanted = plan.things(server, config.database(), city_bounds(ward_places()))
            if options["apply"]:
                self._apply(client, wanted)
            else:
                self._compare(server, client, wanted, strict=options["check"])
        finally:
            client.close()

    def _apply(self, client: Client, wanted: tuple[Any, ...]) -> None:
        outcome = publish.publish(client, wanted)
        for each in outcome.mended:
            self.stdout.write(f"put right: {each}")
        for each in outcome.after_restart:
            self.stdout.write(self.style.WARNING(f"restart GeoServer: {each}"))
        self.stdout.write(f"{len(wanted)} things as wanted, {client.writes} changes made.")

    def _compare(self, server: config.Server, client: Client, wanted: tuple[Any, ...], *, strict: bool) -> None:
        found = [str(each) for each in plan.differences(client, wanted)]
        if publish.shipped_password_works(server):
            found.insert(0, "administrator: the shipped password works")
        for each in found:
            self.stdout.write(each)
        if strict and found:
            raise CommandError(f"{len(found)} differences; `publish_geoserver --apply` puts them right.")
        self.stdout.write(f"{len(wanted)} things compared, {len(found)} differences.")

    def _forget(self, client: Client) -> None:
        for audience in Audience:
            publish.forget_tiles(client, audience, tuple(item.name for item in published(audience) if item.cached))
        self.stdout.write("The tile cache is empty.")
