"""Prompts, trials, scores and reports, as rows."""

from sandbox.models.charts import ChartCheck
from sandbox.models.conformance import ConformanceCheck, ConformanceRun, Result, RunState
from sandbox.models.prompts import Language, Picture, Prompt, PromptSet
from sandbox.models.records import GraderRecord
from sandbox.models.replies import Reply
from sandbox.models.reports import AbuseReport, Complaint, Report, Visibility
from sandbox.models.rounds import Round
from sandbox.models.scores import JudgeCall, Judgement, Score
from sandbox.models.trials import Answer, AnswerState, Contender, Trial, TrialState
from sandbox.models.verdicts import PairJudgement

__all__ = [
    "AbuseReport",
    "Answer",
    "AnswerState",
    "ChartCheck",
    "Complaint",
    "ConformanceCheck",
    "ConformanceRun",
    "Contender",
    "GraderRecord",
    "JudgeCall",
    "Judgement",
    "Language",
    "PairJudgement",
    "Picture",
    "Prompt",
    "PromptSet",
    "Reply",
    "Report",
    "Result",
    "Round",
    "RunState",
    "Score",
    "Trial",
    "TrialState",
    "Visibility",
]
