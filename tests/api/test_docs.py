"""The documentation: readable without a token, true, and loading nothing from other hosts."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

from circuito.api.presentation import STEP_WORDS
from circuito.rules.circuit import STEPS


def test_docs_page_loads_only_our_own_files(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert loaded
    for url in loaded:
        assert url.startswith("/static/ninja/")
        found = finders.find(url.removeprefix("/static/"))
        assert found
        assert "@import" not in Path(str(found)).read_text(errors="ignore") or not url.endswith(".css")
    assert '"validatorUrl": null' in page.content.decode()
    assert "https:" not in page["Content-Security-Policy"]


def test_openapi(client: Client, db: None) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    opening = schema["paths"]["/api/v1/tickets"]["post"]
    assert opening["summary"] == "Carga de ticket"
    assert opening["security"] == [{"TokenAuth": []}]
    assert list(opening["responses"]["422"]["content"]) == ["application/problem+json"]
    ids = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    for path in schema["paths"].values():
        for operation in path.values():
            assert operation["security"], operation


def test_every_step_of_the_table_has_its_address(client: Client, db: None) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    by_people = {name for name, step in STEPS.items() if step.roles != {"system"}} - {"open"}
    assert set(STEP_WORDS) == by_people
    for word in STEP_WORDS.values():
        assert "post" in paths[f"/api/v1/tickets/{{number}}/{word}"]
