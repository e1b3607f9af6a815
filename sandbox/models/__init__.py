"""Prompts, trials, scores and reports, as rows."""

from sandbox.models.charts import ChartCheck
from sandbox.models.prompts import Language, Prompt, PromptSet
from sandbox.models.reports import AbuseReport, Complaint, Report, Visibility
from sandbox.models.rounds import Round
from sandbox.models.scores import Judgement, Score
from sandbox.models.trials import Answer, AnswerState, Contender, Trial, TrialState

__all__ = [
    "AbuseReport",
    "Answer",
    "AnswerState",
    "ChartCheck",
    "Complaint",
    "Contender",
    "Judgement",
    "Language",
    "Prompt",
    "PromptSet",
    "Report",
    "Round",
    "Score",
    "Trial",
    "TrialState",
    "Visibility",
]
