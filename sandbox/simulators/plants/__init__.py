"""Planted faults: providers that do everything right but for one thing, and the check that is to notice.

Each is served below ``/planted/<name>``, followed by a protocol's usual path, and departs from the honest fleet by what
its manners override and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.simulators.manners import Manners
from sandbox.simulators.personas import BASE_URLS, ProtocolName
from sandbox.simulators.plants import at_the_door as door
from sandbox.simulators.plants import in_the_answer as answer
from sandbox.simulators.plants import on_the_bill as bill
from sandbox.simulators.plants import on_the_line as line

__all__ = ["PLANTS", "Plant"]

ALL: tuple[ProtocolName, ...] = ("openai", "anthropic", "gemini")
# Where Gemini differs: it has no last word, and the arguments of its tools are no text.
WORDED: tuple[ProtocolName, ...] = ("openai", "anthropic")


@dataclass(frozen=True, slots=True)
class Plant:
    """One fault: its name in paths, the check that is to find it, what it does, and in which protocols.

    ``result`` is what the check is to say: ``warn`` where honest providers may do the same for reasons of their own.
    """

    name: str
    check: str
    does: str
    manners: type[Manners]
    protocols: tuple[ProtocolName, ...] = ALL
    result: Literal["fail", "warn"] = "fail"

    def path(self, protocol: ProtocolName) -> str:
        """Where it is served, below wherever the simulators listen."""
        return f"/planted/{self.name}{BASE_URLS[protocol]}"


_TABLE = [
    Plant("moved", "address", "redirects every request to another address", door.Moved),
    Plant("needs-no-key", "auth_missing", "serves whoever sends no key", door.NeedsNoKey),
    Plant("missing-key-500", "auth_missing", "fails when no key is sent", door.MissingKeyIsItsFault, result="warn"),
    Plant("any-key", "auth_wrong", "serves whoever sends any key", door.TakesAnyKey),
    Plant("wrong-key-500", "auth_wrong", "fails when a wrong key is sent", door.WrongKeyIsItsFault, result="warn"),
    Plant("echoes-the-key", "auth_wrong", "repeats the wrong key in its error", door.EchoesTheKey),
    Plant("lists-others", "models_list", "does not list the model that it serves", door.ListsOthers, result="warn"),
    Plant("lists-nothing", "models_list", "has no list of models", door.ListsNothing, result="warn"),
    Plant("lists-500", "models_list", "fails when its models are asked for", door.FailsToList),
    Plant("lists-names", "models_list", "lists bare names", door.ListsNames),
    Plant("errors-in-html", "error_shape", "says in HTML that a model is unknown", door.ErrorsInHtml),
    Plant("errors-in-text", "error_shape", "says in plain text that a model is unknown", door.ErrorsInPlainText),
    Plant("errors-as-success", "error_shape", "says under status 200 that a model is unknown", door.ErrorsAsSuccess),
    Plant(
        "errors-of-its-own",
        "error_shape",
        "has a shape of its own for errors",
        door.ErrorsInAnotherShape,
        result="warn",
    ),
    Plant("bad-body-500", "bad_request", "fails on a body that is no JSON", door.BadBodyIsItsFault),
    Plant("bad-body-200", "bad_request", "answers a body that is no JSON", door.BadBodyIsTaken),
    Plant("says-nothing", "plain_answer", "answers the plainest question with nothing", answer.SaysNothing),
    Plant(
        "embroiders",
        "plain_answer",
        "says something else than it was asked to repeat",
        answer.Embroiders,
        result="warn",
    ),
    Plant("no-blank-lines", "sse_framing", "has no blank lines between events", line.NoBlankLines),
    Plant("no-data-prefix", "sse_framing", "sends lines of JSON in place of events", line.NoDataPrefix),
    Plant("stream-as-json", "sse_framing", "calls its stream application/json", line.CallsAStreamJson),
    Plant("stream-as-text", "sse_framing", "calls its stream text/plain", line.CallsAStreamText),
    Plant("broken-event", "sse_framing", "has an event that is no JSON in every stream", line.BrokenJsonBetween),
    Plant("never-done", "stream_end", "leaves the stream's last word out", line.NeverSaysDone, WORDED),
    Plant("no-reason", "stream_end", "does not say why a stream ended", line.SaysNoReason),
    Plant("talks-on", "stream_end", "has more words after the last one", line.TalksOn, WORDED),
    Plant("no-bill", "usage_present", "says nothing of usage", bill.SendsNoBill),
    Plant("no-bill-streamed", "usage_present", "says nothing of usage in streams", bill.BillsNoStream),
    Plant("bills-half", "usage_present", "bills the question and not the answer", bill.BillsHalf),
    Plant("bills-tenfold", "usage_plausible", "bills ten times the answer's tokens", bill.BillsTenfold),
    Plant("bills-the-question", "usage_plausible", "bills twenty times the question", bill.BillsTheQuestionTenfold),
    Plant("bills-nothing", "usage_plausible", "bills nothing for everything", bill.BillsNothing),
    Plant("bills-negative", "usage_plausible", "bills less than nothing", bill.BillsNegative),
    Plant("streams-otherwise", "same_streamed", "loses figures in streams", answer.StreamsSomethingElse),
    Plant("whole-500", "same_streamed", "fails where no stream is asked for", answer.FailsWhole),
    Plant("ignores-stops", "stop_sequences", "goes on at a stop sequence", answer.IgnoresStops),
    Plant("says-the-stop", "stop_sequences", "leaves the stop sequence in the text", answer.SaysTheStop),
    Plant("ignores-the-cap", "max_tokens", "writes more than it may", answer.IgnoresTheCap),
    Plant("calls-a-cut-an-end", "max_tokens", "calls what the cap cut off complete", answer.CallsACutAnEnd),
    Plant("ignores-the-system", "system_prompt", "does not hear the system prompt", answer.IgnoresTheSystem),
    Plant("forgets", "multi_turn", "knows nothing of earlier turns", answer.Forgets),
    Plant("loses-chinese", "unicode_chinese", "writes ? for Chinese", answer.LosesChinese),
    Plant("mojibake", "unicode_chinese", "takes UTF-8 for Latin", answer.TakesUtf8ForLatin),
    Plant("loses-emoji", "unicode_emoji", "writes a replacement for emoji", answer.LosesEmoji),
    Plant("breaks-emoji", "unicode_emoji", "breaks emoji into surrogates", answer.BreaksEmojiInTwo),
    Plant(
        "loses-separators",
        "unicode_separators",
        "writes blanks for line separators",
        answer.LosesSeparators,
        result="warn",
    ),
    Plant("cuts-at-separators", "unicode_separators", "loses what follows a separator", answer.CutsAtSeparators),
    Plant("splits-at-separators", "unicode_separators", "ends an event at U+2028", answer.SplitsAtSeparators),
    Plant("ignores-tools", "tools", "calls no tool", answer.IgnoresTools),
    Plant("another-tool", "tools", "calls a tool that nobody offered", answer.CallsAnotherTool),
    Plant("tools-in-words", "tools", "writes the call of a tool as text", answer.TellsToolsInWords),
    Plant("cuts-arguments", "tools", "calls with arguments that are no JSON", answer.CutsToolArguments, WORDED),
    Plant("ignores-the-schema", "structured_output", "writes prose where JSON was asked for", answer.IgnoresTheSchema),
    Plant("breaks-the-schema", "structured_output", "leaves out what the schema requires", answer.BreaksTheSchema),
    Plant("fences-json", "structured_output", "wraps JSON in Markdown", answer.FencesJson),
    Plant("unknown-500", "unknown_parameters", "fails on a parameter unknown to it", door.UnknownIsItsFault),
    Plant(
        "unknown-in-html",
        "unknown_parameters",
        "refuses an unknown parameter in HTML",
        door.UnknownInHtml,
        result="warn",
    ),
    Plant("sampling-500", "parameters", "fails on a documented parameter", door.SamplingIsItsFault),
    Plant("busy-when-left", "cancel", "stays busy with a caller who has left", line.BusyWhenLeft),
    Plant("slow-when-left", "cancel", "lets the next wait when a caller has left", line.SlowWhenLeft),
    Plant("any-length", "too_long", "answers what cannot fit as if it did", door.AnswersWhateverTheLength),
    Plant("too-long-500", "too_long", "fails on what does not fit", door.TooLongIsItsFault),
    Plant("half-the-places", "parallel", "serves half of the concurrency that it claims", line.HalfThePlaces),
    Plant("breaks-in-company", "parallel", "fails beyond half of what it claims", line.BreaksInCompany),
    Plant("cold", "speed_alone", "lets whoever comes alone wait for its first word", line.Cold),
    Plant("slow-in-company", "speed_parallel", "is many times slower in company", line.SlowInCompany),
    Plant("another-name", "model_name", "answers in another model's name", bill.AnswersInAnothersName),
    Plant("siblings-name", "model_name", "answers in a sibling's name", bill.AnswersInASiblingsName, result="warn"),
    Plant("more-than-all", "rate_limit_headers", "has more left than there is", line.MoreLeftThanThereIs),
    Plant("less-than-none", "rate_limit_headers", "has fewer than none left", line.LessThanNone),
    Plant("limits-in-words", "rate_limit_headers", "says its limits in words", line.LimitsInWords),
    Plant("restless", "repeatable", "answers otherwise each time at temperature 0", answer.Restless),
    Plant("makes-up-colours", "image", "makes a picture's colour up", answer.MakesUpColours),
    Plant("refuses-pictures", "image", "refuses the pictures that it claims to take", answer.RefusesPictures),
]

PLANTS = {plant.name: plant for plant in _TABLE}
