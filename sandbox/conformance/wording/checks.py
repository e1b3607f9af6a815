"""What each check is called, why it matters and how its fault is mended."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


class Words(NamedTuple):
    group: str
    title: Text
    why: Text
    mend: Text


GROUPS: dict[str, Text] = {
    "transport": _("Address and keys"),
    "errors": _("Errors"),
    "answers": _("Answers"),
    "streams": _("Streaming"),
    "instructions": _("Following parameters and roles"),
    "texts": _("Characters"),
    "features": _("Abilities"),
    "parameters": pgettext_lazy("of a request", "Parameters"),
    "limits": _("Limits"),
    "speed": _("Speed"),
}

CHECKS: dict[str, Words] = {
    "address": Words(
        "transport",
        _("The address answers"),
        _(
            "Trials call this address directly. It must be public, resolve to public addresses only, and "
            "answer without redirecting: a redirect would carry the key elsewhere."
        ),
        _(
            "Check the base URL (with its version, such as /v1), the DNS records and the firewall. Give "
            "the address that answers in the end, not one that redirects."
        ),
    ),
    "tls": Words(
        "transport",
        _("The certificate is valid"),
        _(
            "Keys and prompts travel over this connection. A certificate that does not fit means that "
            "anybody could be at the other end."
        ),
        _("Install a certificate for exactly this host name, with its whole chain, and renew it before it expires."),
    ),
    "auth_missing": Words(
        "transport",
        _("A call without a key is refused"),
        _("An API that answers without a key lets anybody spend your money."),
        _("Answer 401 where the key's header is missing."),
    ),
    "auth_wrong": Words(
        "transport",
        _("A call with a wrong key is refused"),
        _("If any key is as good as yours, yours protects nothing."),
        _("Compare the key before anything else, and answer 401 where it is unknown."),
    ),
    "models_list": Words(
        "transport",
        _("Models can be listed"),
        _("From the list, tools and buyers see what is served and under which name."),
        _("Serve GET /models in the protocol's shape, with every model that may be called by its exact name."),
    ),
    "error_shape": Words(
        "errors",
        _("Errors have the protocol's shape"),
        _(
            "Programs act on the status and people on the message. A page of HTML, or an error that calls "
            "itself 200, can be acted on by neither."
        ),
        _("Answer a 4xx status with JSON in the protocol's own shape and a sentence that says what is wrong."),
    ),
    "bad_request": Words(
        "errors",
        _("What is no request is refused"),
        _(
            "Whoever sends broken JSON should learn that the mistake is theirs. A 500 looks like an "
            "outage of yours, and is counted as one."
        ),
        _("Check the request before the model sees it, and answer 400 or 422."),
    ),
    "plain_answer": Words(
        "answers",
        _("A plain question is answered"),
        _("This is the request that every trial sends. Without an answer to it nothing else can be judged."),
        _("Read below what was sent and what came back; send the same with curl to compare."),
    ),
    "usage_present": Words(
        "answers",
        _("Tokens are reported"),
        _("Trials compute cost from the tokens that you report. Without them they must be estimated."),
        _(
            "Send input and output tokens at the end of the stream (for OpenAI's protocol: where "
            "stream_options.include_usage asks for it)."
        ),
    ),
    "usage_plausible": Words(
        "answers",
        _("The tokens can be true"),
        _("Counts that cannot belong to the text make costs wrong, and readers suspicious."),
        _(
            "Count with the model's own tokenizer, once; never negative, and with the system prompt that "
            "you add yourself left out."
        ),
    ),
    "same_streamed": Words(
        "answers",
        _("The same answer, streamed or not"),
        _("If pieces are lost or doubled in a stream, buyers get another answer than the one you serve."),
        _("Compare both answers below: look for buffers that are cut, and for a last piece that is never flushed."),
    ),
    "model_name": Words(
        "answers",
        _("The model that was asked answers"),
        _("Buyers pay for the model that they name. A different name in the answer is shown beside the channel."),
        _("Return the model's name as it was asked for, or a dated version of it."),
    ),
    "sse_framing": Words(
        "streams",
        _("The stream is well formed"),
        _(
            "Server-sent events have few rules, and every client relies on them: the right content type, "
            "fields, UTF-8, one JSON per event."
        ),
        _(
            "Send text/event-stream; begin each line with a field such as “data: ”; end each event with a "
            "blank line; keep JSON on one line."
        ),
    ),
    "stream_end": Words(
        "streams",
        _("The stream says that it is complete"),
        _(
            "Without a finish reason and the protocol's last word nobody can tell a complete answer from "
            "one that was cut off. Trials count the latter as failed."
        ),
        _("Send the finish reason, then the protocol's last word, and then close: nothing follows."),
    ),
    "cancel": Words(
        "streams",
        _("A reader may hang up"),
        _("People close pages. An API that goes on computing, or is stuck afterwards, keeps the next caller waiting."),
        _("Stop generating when the connection closes, and give its place back at once."),
    ),
    "stop_sequences": Words(
        "instructions",
        _("Stop sequences are kept"),
        _("Formats and agents rely on an answer ending where they say."),
        _("Pass stop sequences on to the engine, end before the first of them, and report the finish reason “stop”."),
    ),
    "max_tokens": Words(
        "instructions",
        _("The cap on output is kept"),
        _("The cap bounds what a call may cost. An answer that was cut must say so."),
        _("Stop at the cap, and report the finish reason “length” (max_tokens, MAX_TOKENS)."),
    ),
    "system_prompt": Words(
        "instructions",
        _("The system prompt is heeded"),
        _(
            "Many scenarios set the rules in the system prompt. If it is dropped on the way, the channel "
            "loses them all."
        ),
        _("See that the system role reaches the model through your chat template."),
    ),
    "multi_turn": Words(
        "instructions",
        _("Earlier turns are known"),
        _(
            "A conversation is sent whole with every request; an API that looks at the last message alone "
            "has no memory."
        ),
        _("Pass all messages to the model, in their order and with their roles."),
    ),
    "repeatable": Words(
        "instructions",
        _("Temperature 0 repeats itself"),
        _(
            "Buyers who test want the same answer twice. Small differences are common on real hardware; "
            "plainly different answers mean that the parameter is not heeded."
        ),
        _("Pass the temperature on, and do not overwrite 0 with a default."),
    ),
    "unicode_chinese": Words(
        "texts",
        _("Chinese comes through whole"),
        _("A character of three bytes may be cut between two pieces of a stream; decoded too early it is lost."),
        _("Decode with an incremental UTF-8 decoder, and cut only between characters."),
    ),
    "unicode_emoji": Words(
        "texts",
        _("Emoji come through whole"),
        _("Emoji take four bytes, and several of them are joined into one. They show early where text is cut wrongly."),
        _("Hold back incomplete characters until the next token completes them; do not escape surrogates one by one."),
    ),
    "unicode_separators": Words(
        "texts",
        _("U+2028 does not break the stream"),
        _(
            "These two characters are line ends to some libraries, though not to server-sent events. "
            "Where a stream is split at them, an event falls apart."
        ),
        _("Split lines at \\n, \\r\\n and \\r only, or escape both characters in JSON (\\u2028, \\u2029)."),
    ),
    "tools": Words(
        "features",
        _("Tools are called"),
        _("Agents act through tools. A call must carry the tool's name and arguments that are JSON."),
        _(
            "Pass the tools to the model's template, and return calls in the protocol's shape with the "
            "finish reason that says so."
        ),
    ),
    "structured_output": Words(
        "features",
        _("A JSON schema is kept"),
        _("Programs read such answers without looking. One extra word breaks them."),
        _("Constrain decoding by the schema, or validate before you answer."),
    ),
    "image": Words(
        "features",
        _("Pictures are seen"),
        _("The listing says that this model takes pictures. Trials with pictures will ask it."),
        _(
            "Accept base64 pictures inside the message, and pass them to the model — or list the channel "
            "without pictures."
        ),
    ),
    "unknown_parameters": Words(
        "parameters",
        _("Unknown parameters do no harm"),
        _(
            "Clients are newer than servers. A parameter that nobody knows should be passed over or "
            "refused in words, not break anything."
        ),
        _("Ignore what you do not know, or answer 400 and name it."),
    ),
    "parameters": Words(
        "parameters",
        _("Which parameters it takes"),
        _(
            "What is learned here is the channel's compatibility profile: trials never send it what it "
            "refuses, and say what was left out."
        ),
        _("Take the protocol's common parameters, or refuse one with a 400 that names it."),
    ),
    "too_long": Words(
        "limits",
        _("Too long an input is refused"),
        _("An input that is cut in silence gives a wrong answer that looks right."),
        _("Count before you generate, and answer 400 or 413 with the limit in words."),
    ),
    "rate_limit_headers": Words(
        "limits",
        _("What is left is said"),
        _("Callers who see how much is left slow down by themselves."),
        _(
            "Send x-ratelimit-limit-requests and x-ratelimit-remaining-requests (and the same for tokens) "
            "with every answer."
        ),
    ),
    "parallel": Words(
        "limits",
        _("The claimed calls at once are taken"),
        _("A trial asks all its prompts side by side, up to the number of calls at once that you state."),
        _("Raise the limit for this key, or state fewer calls at once."),
    ),
    "speed_alone": Words(
        "speed",
        _("Speed of one call"),
        _("Time to the first word and words per second are what people feel."),
        _("Look for cold starts and for proxies that buffer the stream."),
    ),
    "speed_parallel": Words(
        "speed",
        _("Speed of many calls at once"),
        _("If calls queue behind each other, the last visitor waits for all the others."),
        _("Add workers, or state fewer calls at once."),
    ),
}
