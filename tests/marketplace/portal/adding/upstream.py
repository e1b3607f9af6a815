"""An API on the loopback that behaves as the first part of its path says, and remembers what it was asked."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = "not-a-real-key-but-long-enough"
CHUNK = {"choices": [{"delta": {"content": "2"}, "finish_reason": "length"}]}
OPENAI = {"object": "list", "data": [{"id": name, "object": "model"} for name in ("model-b", "model-a")]}
ANTHROPIC = {"data": [{"type": "model", "id": "model-a", "display_name": "A"}], "has_more": False}
GEMINI = {"models": [{"name": "models/model-a", "supportedGenerationMethods": ["generateContent"]}]}
NO = {
    "openai": {"error": {"message": "no such key", "type": "invalid_request_error", "code": "invalid_api_key"}},
    "anthropic": {"type": "error", "error": {"type": "authentication_error", "message": "no such key"}},
    "gemini": {"error": {"code": 403, "message": "no such key", "status": "PERMISSION_DENIED"}},
}
LISTS = {"openai": OPENAI, "anthropic": ANTHROPIC, "gemini": GEMINI}
SHOWN_BY = {"openai": "authorization", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}


class Upstream(BaseHTTPRequestHandler):
    """``/<temper>/…``: see ``do_GET``. A protocol's name is open to all, ``<protocol>-strict`` to GOOD alone."""

    def do_GET(self):
        temper, *rest = self.path.lstrip("/").split("/")
        self.server.calls.append((self.command, self.path, dict(self.headers.items())))
        protocol, _, manner = temper.partition("-")
        act = getattr(self, f"act_{temper}", None)
        if act:
            act(rest)
        elif protocol in LISTS and rest[-1].startswith("models"):
            is_welcome = manner != "strict" or self.key_by(SHOWN_BY[protocol]) == GOOD
            self.say(200 if is_welcome else 401, LISTS[protocol] if is_welcome else NO[protocol])
        else:
            self.say(404, {"detail": "Not Found"})

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.calls.append((self.command, self.path, dict(self.headers.items())))
        if self.path.startswith("/tokenless") or self.key_by("authorization") != GOOD:
            self.say(401, NO["openai"])
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode())

    def key_by(self, header):
        return self.headers.get(header, "").removeprefix("Bearer ")

    def act_versioned(self, rest):
        self.say(200, OPENAI) if rest[:1] == ["v1"] else self.say_page(200)

    def act_page(self, rest):
        self.say_page(200)

    def act_nothing(self, rest):
        self.say_page(404)

    def act_listless(self, rest):
        self.say(404, {"error": {"message": "unknown path", "type": "invalid_request_error"}})

    def act_broken(self, rest):
        self.say(500, {"error": {"message": "out of order"}})

    def act_busy(self, rest):
        self.say(429, NO["openai"])

    def act_number(self, rest):
        self.say(200, 42)

    def act_redirect(self, rest):
        self.send_response(307)
        self.send_header("location", f"{self.server.origin}/openai/v1/models")
        self.send_header("content-length", "0")
        self.end_headers()

    def act_mute(self, rest):
        self.server.patience.wait(20)

    def act_flood(self, rest):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        try:
            while not self.server.patience.is_set():
                self.wfile.write(b'{"data": [' + b" " * 65536)
        except OSError:
            return

    def act_drip(self, rest):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        try:
            while not self.server.patience.wait(0.1):
                self.wfile.write(b": still here\n\n")
        except OSError:
            return

    def act_echo(self, rest):
        """Lists, and shouts, the key that it was sent."""
        key = self.key_by("authorization")
        spelled = [key, key.encode().hex(), base64.b64encode(key.encode()).decode()] if key else []
        rows = [{"id": name, "object": "model"} for name in ("model-a", "nul\0", "x" * 201, *spelled)]
        self.say(200, {"object": "list", "data": rows}) if key else self.say(401, NO["openai"])

    def act_many(self, rest):
        rows = [{"id": f"maker-{n % 7}/model-{n}", "object": "model", "note": "x" * 400} for n in range(500)]
        self.say(200, {"object": "list", "data": rows})

    def say(self, status, value):
        self.send_body(status, json.dumps(value).encode(), "application/json")

    def say_page(self, status):
        self.send_body(status, b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8")

    def send_body(self, status, data, kind):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def handle_error(self, *_):
        pass


def serve(*, tls=None):
    """A started server with ``origin``, ``address``, ``calls`` and ``patience``; ``stop`` ends it."""
    server = Server(("127.0.0.1", 0), Upstream)
    server.calls, server.patience = [], threading.Event()
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.address = f"127.0.0.1:{server.server_port}"
    server.origin = f"{'https' if tls else 'http'}://{server.address}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    return server


def stop(server):
    server.patience.set()
    server.shutdown()
    server.server_close()
