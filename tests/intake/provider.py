"""A provider of permissions (OAuth 2): it gives tokens, and tells Dovecot which are good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl


class Provider:
    """`refresh_tokens` and `codes` are good, and belong to a user; `asked` are the questions for tokens.

    `seconds` is how long tokens are said to live. `rotates`: each refresh token is good once, and a new one comes with
    the answer. `answer` is (status, headers, body) for whoever asks, in place of all that.
    """

    def __init__(self) -> None:
        self.refresh_tokens: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.seconds = 3600
        self.rotates = False
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.url = ""

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def introspection_url(self) -> str:
        return f"{self.url}/introspection"

    def introspect(self, fields: dict[str, str]) -> dict[str, Any]:
        user = self.tokens.get(fields.get("token", ""))
        return {"active": True, "username": user} if user else {"active": False}

    def give(self, fields: dict[str, str]) -> dict[str, Any]:
        self.asked.append(fields)
        if fields["grant_type"] == "authorization_code":
            user = self.codes.pop(fields["code"], "")
        else:
            user = self.refresh_tokens.get(fields["refresh_token"], "")
        if not user:
            return {"error": "invalid_grant", "error_description": "The grant was revoked"}
        return self._tokens_for(user, fields)

    def _tokens_for(self, user: str, fields: dict[str, str]) -> dict[str, Any]:
        token = f"token-{len(self.asked)}-{user}"
        self.tokens[token] = user
        given = {"access_token": token, "token_type": "Bearer", "expires_in": self.seconds}
        if self.rotates or "code" in fields:
            self.refresh_tokens.pop(fields.get("refresh_token", ""), None)
            given["refresh_token"] = f"refresh-{len(self.asked)}-{user}"
            self.refresh_tokens[str(given["refresh_token"])] = user
        return given


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            fields = dict(parse_qsl(body))
            if self.path == "/introspection":
                self._say(200, {}, json.dumps(provider.introspect(fields)).encode())
            elif provider.answer is not None:
                provider.asked.append(fields)
                self._say(*provider.answer)
            else:
                answer = provider.give(fields)
                self._say(400 if "error" in answer else 200, {}, json.dumps(answer).encode())

        def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: Any) -> None:
            """Say nothing: the tests look at `asked`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
