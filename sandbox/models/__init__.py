"""Prompts, trials, scores and reports, as rows."""

from sandbox.models.charts import ChartCheck
from sandbox.models.prompts import Language, Prompt, PromptSet
from sandbox.models.reports import Report
from sandbox.models.scores import Judgement, Score
from sandbox.models.trials import Answer, AnswerState, Contender, Trial, TrialState

__all__ = [
    "Answer",
    "AnswerState",
    "ChartCheck",
    "Contender",
    "Judgement",
    "Language",
    "Prompt",
    "PromptSet",
    "Report",
    "Score",
    "Trial",
    "TrialState",
]
