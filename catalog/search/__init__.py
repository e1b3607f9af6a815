"""One box over everything in the catalogue: models, providers, channels, scenarios, articles.

The index lives in the process and is made from the rows of one edition, so SQLite and PostgreSQL rank alike.
``words`` and ``tokens`` read text, ``documents`` reads rows, ``index`` keeps what was read, ``ranking`` answers.
"""
