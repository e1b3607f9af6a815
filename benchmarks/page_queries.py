"""How many queries each page of ``benchmarks.pages`` costs without the page cache, as a JSON line."""

from __future__ import annotations

import json
import sys

import django


def count(pages: dict[str, str]) -> dict[str, int]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, found = Client(headers={"host": "127.0.0.1"}), {}
    for name, path in pages.items():
        client.get(path)
        with CaptureQueriesContext(connection) as spent:
            client.get(path)
        found[name] = len(spent)
    return found


if __name__ == "__main__":
    django.setup()
    print(json.dumps(count(json.loads(sys.argv[1]))))
