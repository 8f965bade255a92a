"""Every sentence is said in English and in Portuguese too, with its own values; the catalogues hold nothing else."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from django.conf import settings
from django.test import Client
from django.utils import translation

from circuito.locale.collect import LANGUAGES, catalogue_path, collected, read
from circuito.web.middleware import LANGUAGE_COOKIE

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
Identity = str | tuple[str, ...]


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    return collected()


def test_the_languages_are_those_of_the_settings() -> None:
    assert {"es", *LANGUAGES} == set(dict(settings.LANGUAGES))
    assert all(settings.LOCALE_PATHS[0] in catalogue_path(language).parents for language in LANGUAGES)
    assert not catalogue_path("es").exists()  # Spanish is in the sources


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(sentences: Catalog, language: str) -> None:
    catalogue = read(language)
    missing = [message.id for message in _messages(sentences) if not _is_translated(catalogue.get(message.id))]
    assert not missing, f"{catalogue_path(language)}: translate these (after `make messages`): {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_stale(sentences: Catalog, language: str) -> None:
    said = {_identity(message) for message in _messages(sentences)}
    catalogue = read(language)
    stale = [message.id for message in _messages(catalogue) if _identity(message) not in said]
    assert not stale, f"{catalogue_path(language)}: run `make messages`: {stale}"
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    for message in _messages(read(language)):
        for said, meant in zip(_texts(message.string), _texts(message.id), strict=True):
            assert set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(meant)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_formatted_can_be_formatted(language: str) -> None:
    """Jinja formats every sentence of a template, so a bare % in one would break the page."""
    for message in _messages(read(language)):
        in_template = any(not place.endswith(".py") for place, _line in message.locations)
        for text in (*_texts(message.id), *_texts(message.string)):
            if in_template or PLACEHOLDER.search(text):
                assert text % defaultdict(int)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = catalogue_path(language).with_suffix(".mo")
    assert compiled.exists(), f"{compiled} is not compiled: `make test` does it"
    with compiled.open("rb") as file:
        in_use = {_identity(message): _texts(message.string) for message in _messages(read_mo(file))}
    written = {_identity(message): _texts(message.string) for message in _messages(read(language))}
    assert in_use == written, f"{compiled} is older than its source: `make test` compiles it"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["Portal de soporte", "Contraseña", "Olvidé mi contraseña"]),
        ("en", ["Support portal", "Password", "I forgot my password"]),
        ("pt", ["Portal de suporte", "Senha", "Esqueci minha senha"]),
    ],
)
def test_the_login_speaks_the_readers_language(client: Client, db: None, language: str, words: list[str]) -> None:
    client.cookies[LANGUAGE_COOKIE] = language
    page = client.get("/login/").content.decode()
    assert f'<html lang="{language}"' in page
    assert [word for word in words if word not in page] == []
    assert all(name in page for _code, name in settings.LANGUAGES)


@pytest.mark.parametrize(
    ("language", "none", "one", "two"),
    [
        ("es", "0 tareas esperan", "1 tarea espera", "2 tareas esperan"),
        ("en", "0 tasks await", "1 task awaits", "2 tasks await"),
        ("pt", "0 tarefas aguardam", "1 tarefa aguarda", "2 tarefas aguardam"),
    ],
)
def test_plural_forms(language: str, none: str, one: str, two: str) -> None:
    with translation.override(language):
        for number, words in enumerate((none, one, two)):
            said = translation.ngettext(
                "%(num)d tarea espera su respuesta", "%(num)d tareas esperan su respuesta", number
            )
            assert (said % {"num": number}).startswith(f"{words} ")


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _identity(message: Message) -> Identity:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def _texts(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _is_translated(message: Message | None) -> bool:
    return message is not None and not message.fuzzy and all(text.strip() for text in _texts(message.string))
