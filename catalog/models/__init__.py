"""What is for sale, complete with the sandbox switched off."""

from catalog.models.articles import Article
from catalog.models.channels import AIModel, Channel
from catalog.models.choices import GraderKind, Listing, PriceBasis, Protocol
from catalog.models.editions import Edition
from catalog.models.measurements import Measurement, PublicReport
from catalog.models.prices import FxRate, Price
from catalog.models.probes import Probe
from catalog.models.providers import Credential, Provider
from catalog.models.samples import SamplePrompt
from catalog.models.scenarios import Dimension, Rubric, Scenario

__all__ = [
    "AIModel",
    "Article",
    "Channel",
    "Credential",
    "Dimension",
    "Edition",
    "FxRate",
    "GraderKind",
    "Listing",
    "Measurement",
    "Price",
    "PriceBasis",
    "Probe",
    "Protocol",
    "Provider",
    "PublicReport",
    "Rubric",
    "SamplePrompt",
    "Scenario",
]
