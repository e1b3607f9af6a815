"""Which edition of the catalogue a reader is looking at: the database itself says when something changed."""

from __future__ import annotations

from django.db import models


class Edition(models.Model):
    """版次: a stamp that changes in the same transaction as the rows it stands for (``catalog.editions``)."""

    name = models.CharField(max_length=20, primary_key=True)
    stamp = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.name} {self.stamp}"
