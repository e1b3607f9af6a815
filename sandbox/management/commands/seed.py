"""``manage.py seed``: everything a first visitor sees. Run it as often as you like."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from catalog.seed.articles import load_articles
from catalog.seed.load import load_catalog
from catalog.seed.scenarios import load_scenarios
from sandbox.seed.fleet import load_fleet
from sandbox.seed.prompts import load_prompts
from sandbox.seed.records import load_records


class Command(BaseCommand):
    help = "Write scenarios, catalogue facts, prompts, the simulated fleet and articles; a second run changes nothing."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for load in (load_scenarios, load_catalog, load_prompts, load_fleet, load_records, load_articles):
            load()
        self.stdout.write("The catalogue is seeded.")
