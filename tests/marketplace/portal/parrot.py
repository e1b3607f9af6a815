"""An API on the loopback that writes the key it is shown into all that it answers, as its path's first part says."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote


def _error(text):
    return {"error": {"message": f"{text} is no key of ours", "type": "invalid_request_error", "code": text}}


class Parrot(BaseHTTPRequestHandler):
    """``refuses``: 401 with the key in every spelling; ``escapes``: the same in JSON's escapes; ``fails``: 500;
    ``page``: HTML; ``lists``: as the name of a model, and in answers, piece by piece; ``moves``: in a redirect."""

    def do_GET(self):
        temper = self.path.split("/")[1]
        key = self.headers.get("authorization", "").removeprefix("Bearer ") or "nothing"
        if temper == "moves":
            self.say(307, {}, location=f"/elsewhere?key={key}")
        elif temper == "page":
            self.say(200, f"<p>Hello, {key} <b>{quote(key)}</b></p>", media_type="text/html")
        elif temper == "escapes":
            self.say(401, '{"error":{"message":"' + "".join(f"\\u{ord(c):04x}" for c in key) + '"}}')
        elif temper == "lists" and self.command == "GET":
            names = [key, f"model-{key}", "model-a", base64.b64encode(key.encode()).decode()]
            self.say(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in names]})
        elif temper == "lists":
            self.stream(key)
        else:
            self.say(500 if temper == "fails" else 401, _error(f"{key} {base64.b64encode(key.encode()).decode()}"))

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def say(self, status, body, *, media_type="application/json", location=""):
        key = self.headers.get("authorization", "").removeprefix("Bearer ") or "nothing"
        sent = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status, f"No {key}")
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(sent)))
        self.send_header("x-ratelimit-remaining-requests", key)
        self.send_header(f"X-Key-{key}", key)
        self.send_header("set-cookie", f"key={key}")
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(sent)

    def stream(self, key):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for piece in key:
            chunk = {"model": key, "choices": [{"delta": {"content": piece}}]}
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        last = {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "key": key}}
        self.wfile.write(f": {key}\n\ndata: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *_):
        pass


TEMPERS = ("refuses", "escapes", "fails", "page", "lists", "moves")


def serve():
    """A started server with ``origin`` and ``address``; ``stop`` ends it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    server.daemon_threads = True
    server.address = f"127.0.0.1:{server.server_port}"
    server.origin = f"http://{server.address}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


def stop(server):
    server.shutdown()
    server.server_close()
