"""What is for sale, complete with the sandbox switched off."""

from catalog.models.articles import Article
from catalog.models.channels import AIModel, Channel
from catalog.models.choices import GraderKind, Listing, PriceBasis, Protocol
from catalog.models.editions import Edition
from catalog.models.measurements import Measurement, PublicReport
from catalog.models.members import AT_LEAST, Agreement, AuditEntry, Invitation, Membership, Role
from catalog.models.onboarding import Api, Submission, SubmissionState
from catalog.models.prices import FxRate, Price
from catalog.models.probes import Probe
from catalog.models.providers import Credential, Provider
from catalog.models.samples import SamplePrompt
from catalog.models.scenarios import Dimension, Rubric, Scenario

__all__ = [
    "AT_LEAST",
    "AIModel",
    "Agreement",
    "Api",
    "Article",
    "AuditEntry",
    "Channel",
    "Credential",
    "Dimension",
    "Edition",
    "FxRate",
    "GraderKind",
    "Invitation",
    "Listing",
    "Measurement",
    "Membership",
    "Price",
    "PriceBasis",
    "Probe",
    "Protocol",
    "Provider",
    "PublicReport",
    "Role",
    "Rubric",
    "SamplePrompt",
    "Scenario",
    "Submission",
    "SubmissionState",
]
