"""``python -m sandbox.seed.pictures [slug …]``: draws the house's pictures from their data, each time the same."""

from __future__ import annotations

import sys

from sandbox.seed.pictures import FOLDER, path_of
from sandbox.seed.pictures.drawing import draw
from sandbox.seed.written import SCENARIOS, read_prompts


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for prompt in (prompt for scenario in SCENARIOS for prompt in read_prompts(scenario)):
        if prompt.picture and (not wanted or prompt.slug in wanted):
            picture = draw(prompt.picture, language=prompt.language)
            path_of(prompt.slug).write_bytes(picture)
            print(f"{prompt.slug}  {len(picture):,} bytes")  # noqa: T201 - for whoever draws


if __name__ == "__main__":
    main(sys.argv[1:])
