"""What a check found, in a sentence: by the check and its finding, or by the finding alone where many share it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

COMMON: dict[str, Text] = {
    "good": _("All is well."),
    "unreachable": _("Not checked: the address does not answer."),
    "no_answer": _("Not checked: a plain question gets no answer."),
    "no_reply": _("No usable reply came (%(kind)s). %(detail)s"),
    "rate_limited": _("Not checked: the API is at its rate limit. %(says)s"),
    "server_error": _("The API failed with status %(status)s. %(says)s"),
    "refused": _("The API refused the request with status %(status)s. %(says)s"),
    "broke_off": _("The answer broke off with an error. %(says)s"),
    "empty": _("The answer is empty."),
    "out_of_time": _("Not done when the time for all checks was over."),
    "given_up": _("Given up: the checks were begun several times and never came to an end."),
    "our_fault": _("Not checked: something went wrong on our side."),
    "not_claimed": _("Not claimed for this model."),
    "not_streamed": _("Not checked: the answer was not streamed."),
    "claims_one": _("Only one call at once is stated."),
    "other_words": _("It answered something else: “%(text)s”"),
    "unclear": _("The answer is unclear: “%(text)s”"),
}

OF: dict[str, dict[str, Text]] = {
    "address": {
        "good": _("Somebody answers at this address."),
        "blocked": _("This address may not be called: %(detail)s"),
        "no_connection": _("No connection: %(detail)s"),
        "redirects": _("It redirects (status %(status)s). Redirects are not followed."),
        "not_http": _("What answers is not HTTP. %(detail)s"),
    },
    "tls": {
        "good": _("The certificate is valid for this name."),
        "local": _("A local address without TLS."),
        "bad": _("The connection is not secure: %(detail)s"),
    },
    "auth_missing": {
        "refused": _("Refused with status %(status)s."),
        "no_key": _("This API is used without a key."),
        "answered": _("It answered without a key."),
        "odd_refusal": _("It did not answer, but with status %(status)s instead of 401."),
        "no_reply": _("No reply came (%(kind)s), where a 401 belongs."),
    },
    "auth_wrong": {
        "answered": _("It answered with a key that nobody has."),
        "repeats_the_key": _("It refused the key, and repeated it in its error, where logs will keep it."),
    },
    "models_list": {
        "listed": _("The model is one of %(count)s that are listed."),
        "not_listed": _("%(count)s models are listed, but not this one."),
        "none": _("There is no list (status %(status)s)."),
        "empty": _("The list is empty."),
        "unreadable": _("The list cannot be read."),
    },
    "error_shape": {
        "shaped": _("Status %(status)s, in the protocol's shape."),
        "any_model": _("It answers under a model name that does not exist: the name is not looked at."),
        "called_200": _("It says 200 to a request that it cannot answer."),
        "other_shape": _("Status %(status)s and words, but in another shape: “%(says)s”"),
        "no_words": _("Status %(status)s without words in JSON (%(media_type)s)."),
    },
    "bad_request": {
        "refused": _("Refused with status %(status)s and %(other)s."),
        "accepted": _("It answered what was no request (status %(status)s)."),
        "called_200": _("It says 200 to what was no request."),
    },
    "plain_answer": {
        "echoed": _("It repeated the text as asked."),
    },
    "usage_present": {
        "said": _("%(input)s tokens in, %(output)s tokens out."),
        "missing": _("The stream reports no tokens."),
        "half": _("Only one of input and output tokens is reported."),
        "not_offered": _("It takes no stream_options, and reports no tokens."),
    },
    "usage_plausible": {
        "plausible": _("%(output)s tokens out; our own count is %(own_output)s."),
        "unsaid": _("No tokens are reported."),
        "absurd": _("The counts cannot be: %(input)s in, %(output)s out."),
        "off": _(
            "%(input)s tokens in and %(output)s out do not fit the text; our own count is %(own_input)s "
            "and %(own_output)s."
        ),
    },
    "same_streamed": {
        "same": _("Both answers are the same."),
        "nearly": _("The answers are nearly the same (%(percent)s %% alike)."),
        "only_streamed": _("It answers streamed requests only."),
        "lost_streamed": _("Something is lost or changed when streamed (%(percent)s %% alike)."),
        "lost_whole": _("Something is lost or changed when not streamed (%(percent)s %% alike)."),
        "different": _("The answers are plainly different (%(percent)s %% alike)."),
    },
    "model_name": {
        "same": _("It names the model as it was asked for."),
        "like": _("It calls the model “%(named)s”, which fits."),
        "unsaid": _("It does not say which model answers."),
        "kin": _("“%(asked)s” was asked, “%(named)s” answered: a relative, perhaps what the name stands for."),
        "other": _("“%(asked)s” was asked, “%(named)s” answered."),
    },
    "sse_framing": {
        "framed": _("%(events)s events, all readable."),
        "media_type": _("The content type is “%(media_type)s”, not text/event-stream."),
        "strange_lines": _("Some lines are no field of server-sent events."),
        "unreadable": _("%(count)s events are not the protocol's JSON."),
        "not_utf8": _("The stream is not UTF-8."),
        "unfinished": _("The last event lacks its blank line."),
        "unnamed": _("The events have no names (“event: …”), which the protocol's own libraries expect."),
    },
    "stream_end": {
        "ended": _("It ended with the reason “%(finish)s”."),
        "no_finish": _("No finish reason was given."),
        "no_last_word": _("The last word %(word)s is missing."),
        "goes_on": _("There was more text after %(word)s."),
        "stays_open": _("It is complete, but the connection stays open."),
    },
    "cancel": {
        "let_go": _("After the reader hung up, the next question was answered as ever."),
        "too_short": _("The answer was over before the reader could hang up; the next one came as ever."),
        "stuck": _("After the reader hung up, the next question was not answered (status %(status)s %(kind)s)."),
        "slow_after": _("After the reader hung up, the next answer took %(seconds)s s instead of %(usual)s s."),
    },
    "stop_sequences": {
        "stopped": _("It stopped before the sequence."),
        "not_taken": _("It takes no stop sequences (status %(status)s)."),
        "ignored": _("It counted on to %(last)s."),
        "finish": _("It stopped, but gives the finish reason “%(finish)s”."),
    },
    "max_tokens": {
        "kept": _("It stopped at %(asked)s tokens and said so."),
        "thinks": _("This model always thinks, so that so small a cap says nothing."),
        "ignored": _("%(asked)s tokens were asked for, about %(about)s came."),
        "not_said": _("The answer was cut, but its finish reason is “%(finish)s”."),
    },
    "system_prompt": {
        "obeyed": _("It answered as the system prompt says."),
        "more_words": _("It heeded the system prompt, with more words: “%(text)s”"),
        "ignored": _("It answered the user alone: “%(text)s”"),
    },
    "multi_turn": {
        "remembered": _("It knew the word from the first turn."),
        "forgotten": _("It did not know the word from the first turn: “%(text)s”"),
    },
    "repeatable": {
        "same": _("Both answers are the same."),
        "nearly": _("The answers are nearly the same (%(percent)s %% alike)."),
        "different": _("The answers are plainly different (%(percent)s %% alike)."),
        "no_temperature": _("It takes no temperature."),
    },
    "unicode_chinese": {
        "whole": _("Every character came back."),
        "broken": _("Characters are broken: “%(text)s”"),
        "lost": _("Characters are lost: “%(text)s”"),
    },
    "unicode_emoji": {
        "simplified": _("The emoji came back in simpler forms: “%(text)s”"),
    },
    "unicode_separators": {
        "replaced": _("The text came back whole, with other line ends."),
        "cut": _("The text is cut at the separator: “%(text)s”"),
    },
    "tools": {
        "called": _("It called the tool with arguments that can be read."),
        "not_called": _("It answered in words instead of calling the tool: “%(text)s”"),
        "other_tool": _("It called a tool named “%(name)s”."),
        "arguments": _("The arguments are no JSON: “%(arguments)s”"),
        "other_city": _("It called the tool for “%(city)s”."),
        "finish": _("It called the tool, but gives the finish reason “%(finish)s”."),
    },
    "structured_output": {
        "kept": _("The answer keeps to the schema."),
        "no_json": _("The answer is no JSON: “%(text)s”"),
        "off_schema": _("The answer is JSON, but not of this schema: “%(text)s”"),
        "fenced": _("The answer keeps to the schema, but inside a Markdown fence."),
    },
    "image": {
        "seen": _("It named the picture's colour."),
        "not_seen": _("It did not name the picture's colour: “%(text)s”"),
    },
    "unknown_parameters": {
        "passed_over": _("It passed over the unknown parameter."),
        "refused": _("It refused the unknown parameter in words (status %(status)s)."),
        "refused_mutely": _("It refused the unknown parameter without saying why (status %(status)s)."),
    },
    "parameters": {
        "learned": _("Taken: %(accepted)s. Passed over: %(ignored)s. Refused: %(rejected)s."),
        "some_rejected": _("Taken: %(accepted)s. Passed over: %(ignored)s. Refused: %(rejected)s."),
        "unclear": _(
            "Not clear for %(unclear)s. Taken: %(accepted)s. Passed over: %(ignored)s. Refused: %(rejected)s."
        ),
        "broken": _("The API breaks on %(broken)s instead of refusing it."),
    },
    "too_long": {
        "refused": _("Refused with status %(status)s."),
        "hung_up": _("It closed the connection instead of refusing in words."),
        "cut_silently": _(
            "It answered an input longer than its context of %(window)s tokens: something was cut in silence."
        ),
        "too_large": _("More than a context of %(window)s tokens is too large for us to send."),
        "taken": _("It answered an input of about %(tokens)s tokens; how much it holds is not stated."),
    },
    "rate_limit_headers": {
        "said": _("%(count)s headers say how much is left."),
        "none": _("No header says how much is left."),
        "absurd": _("%(header)s cannot be %(value)s."),
    },
    "parallel": {
        "all": _("All of %(count)s calls at once were answered."),
        "fewer": _("%(good)s of %(count)s calls at once were answered; %(limited)s met the rate limit."),
    },
    "speed_alone": {
        "measured": _("First word after %(ttft)s ms, then %(tps)s tokens a second."),
        "late": _("The first word came after %(ttft)s ms."),
        "slow": _("First word after %(ttft)s ms, then %(tps)s tokens a second."),
        "at_once": _("The whole answer came at once after %(ttft)s ms: something on the way holds the stream back."),
    },
    "speed_parallel": {
        "measured": _(
            "%(count)s at once: first word after %(ttft)s ms (alone %(alone)s ms), the last answer after %(slowest)s s."
        ),
        "slower": _(
            "%(count)s at once: first word after %(ttft)s ms (alone %(alone)s ms), the last answer after %(slowest)s s."
        ),
        "queues": _("%(count)s at once queue up: the last answer took %(slowest)s s, a single one takes %(usual)s s."),
        "see_parallel": _("Not measured: %(good)s of %(count)s calls at once were answered."),
    },
}
# A check that says what another one says, of something else.
LIKE = {
    "auth_wrong": "auth_missing",
    "unicode_emoji": "unicode_chinese",
    "unicode_separators": "unicode_chinese",
}
