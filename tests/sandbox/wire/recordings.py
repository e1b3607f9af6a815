"""Streams as the three protocols write them, with text of several bytes a character, and the pieces they must give."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.wire.types import End, Identity, Piece, Reasoning, Stop, Text, Usage


class Recording(NamedTuple):
    """``pieces`` by the protocol's adapter; the raw bytes mix line ends, comments and fields on purpose."""

    protocol: str
    raw: bytes
    pieces: list[Piece]


OPENAI = Recording(
    "openai",
    "\ufeff: connected\r\n\r\n"
    'data: {"id":"1","model":"shi-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\r\n\r\n'
    'data: {"model":"shi-1","choices":[{"delta":{"reasoning_content":"先想一想"}}]}\n\n'
    'data: {"choices":[{"delta":{"content":"试金石"}}]}\r\r'
    'event: message\nid: 7\nretry: 10\ndata: {"choices":[{"delta":\ndata: {"content":"🪨\u2028\x85 is\\n"}}]}\n\n'
    "\n\r\n: keep-alive\n\n"
    'data:{"choices":[{"delta":{"content":"é"},"finish_reason":null}]}\r\n\r\n'
    'data: {"model":"shi-1","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    'data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,'
    '"completion_tokens_details":{"reasoning_tokens":4},"prompt_tokens_details":{"cached_tokens":8}}}\n\n'
    "data: [DONE]\n\n".encode(),
    [
        Text(""),
        Identity("shi-1"),
        Reasoning("先想一想"),
        Text("试金石"),
        Text("🪨\u2028\x85 is\n"),
        Text("é"),
        Identity("shi-1"),
        Stop("stop"),
        Usage(input=12, output=9, reasoning=4, cache_read=8),
        End(),
    ],
)
ANTHROPIC = Recording(
    "anthropic",
    'event: message_start\r\ndata: {"type":"message_start","message":{"model":"jin-2","usage":'
    '{"input_tokens":5,"cache_read_input_tokens":7,"cache_creation_input_tokens":2,"output_tokens":1}}}\r\n\r\n'
    "event: content_block_start\n"
    'data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\n'
    'event: ping\ndata: {"type":"ping"}\n\n'
    "event: content_block_delta\n"
    'data: {"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"嗯…"}}\n\n'
    "event: content_block_delta\n"
    'data: {"type":"content_block_delta","delta":{"type":"signature_delta","signature":"x"}}\n\n'
    'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    'event: content_block_start\ndata: {"type":"content_block_start","content_block":{"type":"text","text":"答"}}\n\n'
    "event: content_block_delta\n"
    'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"案：😀"}}\n\n'
    "event: message_delta\n"
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":11}}\n\n'
    'event: message_stop\ndata: {"type":"message_stop"}\n\n'.encode(),
    [
        Identity("jin-2"),
        Usage(input=14, cache_read=7),
        Reasoning("嗯…"),
        Text("答"),
        Text("案：😀"),
        Usage(output=11),
        Stop("stop"),
        End(),
    ],
)
GEMINI = Recording(
    "gemini",
    'data: {"candidates":[{"content":{"parts":[{"text":"先看题","thought":true}],"role":"model"}}],'
    '"modelVersion":"tan-3"}\r\n\r\n'
    'data: {"candidates":[{"content":{"parts":[{"text":"结论："},{"text":"四十二"}]}}]}\r\n\r\n'
    'data: {"candidates":[{"content":{"parts":[{"text":"。"}]},"finishReason":"STOP"}],"modelVersion":"tan-3",'
    '"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":6,"thoughtsTokenCount":5,"cachedContentTokenCount":3}}\r\n\r\n'.encode(),
    [
        Reasoning("先看题"),
        Text("结论："),
        Text("四十二"),
        Text("。"),
        Stop("stop"),
        Identity("tan-3"),
        Usage(input=9, output=11, reasoning=5, cache_read=3),
    ],
)
RECORDINGS = [OPENAI, ANTHROPIC, GEMINI]
