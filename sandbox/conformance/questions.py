"""What the checks ask: pure data, so that simulated providers can know the questions without knowing the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The checks, in the order in which they are shown and done.
SLUGS = (
    *("address", "tls", "auth_missing", "auth_wrong", "models_list", "error_shape", "bad_request"),
    *("plain_answer", "sse_framing", "stream_end", "usage_present", "usage_plausible", "same_streamed"),
    *("model_name", "stop_sequences", "max_tokens", "system_prompt", "multi_turn", "repeatable"),
    *("unicode_chinese", "unicode_emoji", "unicode_separators"),
    *("tools", "structured_output", "image", "unknown_parameters", "parameters"),
    *("cancel", "too_long", "rate_limit_headers", "parallel", "speed_alone", "speed_parallel"),
)
# A few that cost little and tell whether a channel still answers: asked again on a schedule.
VITAL = ("address", "tls", "auth_missing", "plain_answer", "stream_end")

ECHO = "Repeat the text between the two lines of dashes exactly, and write nothing else.\n---\n{text}\n---"
PLAIN = "The quick brown fox"
CHINESE = "试金石能分辨真金与黄铜，先验后买，心里有数。"
EMOJI = "🌊🚀👩‍🔬🇨🇳👍🏽"  # a joined, a flagged and a toned one among them
SEPARATORS = "left\u2028middle\u2029right"

SYSTEM = "Whatever the user writes, answer with one word only: PLUM"
SYSTEM_QUESTION = "What is the capital of France?"
SYSTEM_ANSWER = "PLUM"

REMEMBER = "My code word is {word}. Reply with OK."
REMEMBERED = "OK"
RECALL = "What is my code word? Reply with the word alone."
CODE_WORD = "KESTREL"

COUNT = "Count from 1 to 40, separated by commas, digits only."
COUNTED = ",".join(map(str, range(1, 41)))
# So long that there is time to hang up in the middle, also where answers are fast.
LONG_COUNT = "Count from 1 to 200, separated by commas, digits only."
# Said as a stop sequence: it stands before the twenty-first number, whatever blanks follow the commas.
STOP_SEQUENCE = "21"
FEW_TOKENS = 8

TOOL = "current_weather"
TOOL_WHAT = "The weather in a city at this moment"
TOOL_QUESTION = "What is the weather in Hangzhou? Use the tool."
TOOL_CITY = "Hangzhou"
TOOL_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "The city's name"}},
    "required": ["city"],
    "additionalProperties": False,
}

SCHEMA_NAME = "city"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "population_millions": {"type": "number"}},
    "required": ["city", "population_millions"],
    "additionalProperties": False,
}
SCHEMA_QUESTION = "Name one large city and its population."

IMAGE_QUESTION = "Which colour is this picture? Answer with one word."
# The picture's colour, as red, green and blue, and the words that name it.
IMAGE_RGB = (220, 30, 30)
IMAGE_SIZE = 64
IMAGE_WORDS = ("red", "红", "crimson", "scarlet")

UNKNOWN_PARAMETER = "touchstone_unknown_parameter"
NO_SUCH_MODEL = "no-such-model-touchstone"
# What no context holds: a sentence of about seven tokens, until it is more than the model's window or, where that is
# unknown, more than any.
TOO_LONG_SENTENCE = "The river runs past the mill. "
TOO_LONG_SENTENCE_TOKENS = 7
TOO_LONG_TOKENS = 1_100_000
# How much more than the window.
TOO_LONG_BY = 1.25
# A provider may claim any window; what is longer than this (some 13 MB) is not sent to anybody.
MOST_TOKENS = 3_000_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that a request may carry, by its name in the profile.

    ``places`` maps a protocol to where it stands, what is sent, and what no API that reads it accepts (None: nothing
    can tell); a protocol without such a parameter is absent.
    """

    name: str
    places: dict[str, tuple[tuple[str, ...], Any, Any]]


WRONG = "touchstone"
PARAMETERS = (
    Parameter(
        "temperature",
        {
            "openai": (("temperature",), 0.3, WRONG),
            "anthropic": (("temperature",), 0.3, WRONG),
            "gemini": (("generationConfig", "temperature"), 0.3, WRONG),
        },
    ),
    Parameter(
        "top_p",
        {
            "openai": (("top_p",), 0.9, WRONG),
            "anthropic": (("top_p",), 0.9, WRONG),
            "gemini": (("generationConfig", "topP"), 0.9, WRONG),
        },
    ),
    Parameter(
        "top_k",
        {"anthropic": (("top_k",), 40, WRONG), "gemini": (("generationConfig", "topK"), 40, WRONG)},
    ),
    Parameter("seed", {"openai": (("seed",), 7, WRONG), "gemini": (("generationConfig", "seed"), 7, WRONG)}),
    Parameter(
        "stop",
        {
            "openai": (("stop",), ["<<<"], {"no": "list"}),
            "anthropic": (("stop_sequences",), ["<<<"], {"no": "list"}),
            "gemini": (("generationConfig", "stopSequences"), ["<<<"], {"no": "list"}),
        },
    ),
    Parameter(
        "presence_penalty",
        {
            "openai": (("presence_penalty",), 0.1, WRONG),
            "gemini": (("generationConfig", "presencePenalty"), 0.1, WRONG),
        },
    ),
    Parameter(
        "frequency_penalty",
        {
            "openai": (("frequency_penalty",), 0.1, WRONG),
            "gemini": (("generationConfig", "frequencyPenalty"), 0.1, WRONG),
        },
    ),
    Parameter(
        "response_format",
        {
            "openai": (("response_format",), {"type": "text"}, WRONG),
            "gemini": (("generationConfig", "responseMimeType"), "text/plain", {"no": "text"}),
        },
    ),
    Parameter("stream_options", {"openai": (("stream_options",), {"include_usage": True}, WRONG)}),
    Parameter("max_completion_tokens", {"openai": (("max_completion_tokens",), 64, WRONG)}),
    Parameter(
        "user",
        {
            "openai": (("user",), "touchstone-check", {"no": "text"}),
            "anthropic": (("metadata",), {"user_id": "touchstone-check"}, WRONG),
        },
    ),
)
