"""Prompts, trials, scores and reports, as rows."""

from sandbox.models.prompts import Language, Prompt, PromptSet
from sandbox.models.records import GraderRecord
from sandbox.models.reports import Report
from sandbox.models.scores import JudgeCall, Judgement, Score
from sandbox.models.trials import Answer, AnswerState, Contender, Trial, TrialState
from sandbox.models.verdicts import PairJudgement

__all__ = [
    "Answer",
    "AnswerState",
    "Contender",
    "GraderRecord",
    "JudgeCall",
    "Judgement",
    "Language",
    "PairJudgement",
    "Prompt",
    "PromptSet",
    "Report",
    "Score",
    "Trial",
    "TrialState",
]
