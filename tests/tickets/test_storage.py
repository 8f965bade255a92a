"""Files: few bytes in the database, many in a folder or a bucket, the same once, and removed when nobody has them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from moto.server import ThreadedMotoServer

from circuito.clock import now
from circuito.config.environment import BadSetting
from circuito.config.storage import storage_settings
from circuito.intake.reception import keep, open_raw, purge_raw, raw_path
from circuito.tickets.files import files
from circuito.tickets.models import Attachment, Blob, Upload
from circuito.tickets.storage import (
    attach,
    drop_uploads,
    keep_upload,
    open_blob,
    purge_files,
    purge_uploads,
    store,
)
from tests.cast import Cast, a_ticket
from tests.conftest import Browse
from tests.intake.places import Place
from tests.sink import free_port

LARGE = os.urandom(300_000)
KEY = f"files/{sha256(LARGE).hexdigest()[:2]}/{sha256(LARGE).hexdigest()}"
SOON = timedelta(hours=1)  # so that all that was written is old


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A server that speaks S3, with one bucket."""
    server = ThreadedMotoServer(port=free_port())
    server.start()
    host, port = server.get_host_and_port()
    import boto3

    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "a/b"}
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="eu-west-1", **keys).create_bucket(
        Bucket="soporte", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    yield f"s3://k:a%2Fb@{host}:{port}/soporte/PREFIX?region=eu-west-1&scheme=http"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, use_place: Place) -> None:
    """Large files lie here: each test sees both kinds."""
    if request.param == "folder":
        use_place(f"file://{tmp_path}/files")
    else:
        use_place(request.getfixturevalue("s3").replace("PREFIX", tmp_path.name))


def _all_keys(folder: str = "files") -> list[str]:
    return list(files().older_than(folder, now() + SOON))


@pytest.mark.parametrize("given", ["bytes", "stream", "path", "form"])
def test_a_large_file_is_stored_outside_the_database_and_read_again(
    db: None, place: None, tmp_path: Path, given: str
) -> None:
    path = tmp_path / "suelto"
    path.write_bytes(LARGE)
    form = SimpleUploadedFile("x", LARGE)
    content: dict[str, Any] = {"bytes": LARGE, "stream": BytesIO(LARGE), "path": path, "form": form}
    kept = store("grande.bin", "", content[given])
    assert (kept.size, kept.sha256) == (len(LARGE), sha256(LARGE).hexdigest())
    assert Blob.objects.get().content is None
    with open_blob(kept.sha256) as found:
        assert found.read() == LARGE
    assert path.read_bytes() == LARGE  # whoever gives a path keeps it


def test_a_small_file_is_in_its_row_and_nothing_in_the_storage(db: None, place: None) -> None:
    kept = store("a.txt", "text/plain", b"hola")
    with open_blob(kept.sha256) as found:
        assert found.read() == b"hola"
    assert _all_keys() == []


def test_the_same_bytes_are_kept_once(db: None, place: None) -> None:
    first, second = store("a.bin", "", LARGE), store("b.bin", "", BytesIO(LARGE))
    assert first.sha256 == second.sha256
    assert Blob.objects.count() == 1
    assert _all_keys() == [KEY]


def test_what_a_rollback_left_is_purged_and_only_that(db: None, place: None, cast: Cast) -> None:
    ticket = a_ticket(cast)
    attach(ticket, None, [store("queda.bin", "", LARGE + b"1")], now())
    with transaction.atomic():
        store("sobra.bin", "", LARGE)
        transaction.set_rollback(True)
    assert KEY in _all_keys()
    assert purge_files(now() - SOON) == 0
    assert purge_files(now() + SOON) == 1
    assert len(_all_keys()) == 1
    with open_blob(Attachment.objects.get().blob_id) as found:
        assert found.read() == LARGE + b"1"


@pytest.mark.django_db(transaction=True)
def test_uploads_given_up_take_their_file_along_unless_a_ticket_has_it(cast: Cast, place: None) -> None:
    kept = store("a.bin", "", LARGE)
    keep_upload(cast.ana, kept, now())
    keep_upload(cast.dora, kept, now())
    drop_uploads(Upload.objects.filter(owner=cast.dora))
    assert _all_keys() == [KEY]
    attach(a_ticket(cast), None, [kept], now())
    assert purge_uploads(now() + SOON) == 1
    assert _all_keys() == [KEY]
    Attachment.objects.all().delete()
    drop_uploads([keep_upload(cast.ana, kept, now())])
    assert (_all_keys(), Blob.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_being_kept_is_not_purged_meanwhile(tmp_path: Path, use_place: Place) -> None:
    use_place(f"file://{tmp_path}/files")
    files().put(KEY, BytesIO(LARGE))  # what a rollback left
    purged: list[int] = []

    def purge() -> None:
        purged.append(purge_files(now() + SOON))
        connection.close()

    with transaction.atomic():
        store("a.bin", "", LARGE)
        thread = threading.Thread(target=purge)
        thread.start()
        thread.join(20)
    assert purged == [0]
    with open_blob(sha256(LARGE).hexdigest()) as found:
        assert found.read() == LARGE


@pytest.mark.parametrize("size", [10, 300_000])
def test_a_mail_is_kept_small_in_its_row_large_in_the_storage(db: None, place: None, size: int) -> None:
    raw = b"Subject: x\r\n\r\n" + b"x" * size
    received = keep(BytesIO(raw), envelope_from="<>", envelope_to="s@x.example", now=now())
    received.refresh_from_db()
    assert (received.size, received.sha256) == (len(raw), sha256(raw).hexdigest())
    assert bool(received.stored) == (received.raw is None) == (size > 10)
    with open_raw(received) as stream:
        assert stream.read() == raw
    with raw_path(received) as path:
        assert path.read_bytes() == raw


def test_the_desk_downloads_a_stored_mail_as_a_stream(place: None, cast: Cast, browse: Browse) -> None:
    raw = b"Subject: x\r\n\r\n" + LARGE
    received = keep(raw, envelope_from="", envelope_to="", now=now())
    answer: Any = browse("dora").get(f"/mail/{received.pk}/raw/")
    assert (answer.streaming, answer["Content-Length"]) == (True, str(len(raw)))
    assert b"".join(answer.streaming_content) == raw


def test_a_stored_mail_without_its_row_is_purged(db: None, place: None) -> None:
    mail = b"x" * 300_000
    kept = keep(mail, envelope_from="", envelope_to="", now=now())
    lost = keep(mail, envelope_from="", envelope_to="", now=now())
    lost.delete()
    assert purge_raw(now() - SOON) == 0
    assert purge_raw(now() + SOON) == 1
    assert _all_keys("mail") == [kept.stored]


def test_a_download_streams_what_a_form_brought(place: None, cast: Cast, browse: Browse) -> None:
    number = a_ticket(cast, "assigned").number
    ana = browse("ana")
    sent = ana.post("/uploads/", {"files": SimpleUploadedFile("a.bin", LARGE)})
    assert sent.status_code == 200
    uploads = [each["id"] for each in sent.json()["files"]]
    ana.post(f"/tickets/{number}/messages/", {"body": "va", "uploads": uploads})
    answer: Any = ana.get(f"/tickets/{number}/attachments/{Attachment.objects.get().pk}/")
    assert answer.streaming
    assert answer["Content-Length"] == str(len(LARGE))
    assert b"".join(answer.streaming_content) == LARGE


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "file://host/x", "file:///", "s3://", "s3://key@host/b", "s3://k:s@host/"]
)
def test_a_bad_storage_url_is_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSetting, match="STORAGE_URL must look like"):
        storage_settings(url, tmp_path)


def test_a_bucket_may_have_the_environments_credentials(tmp_path: Path) -> None:
    options = storage_settings("s3://soporte/a/b?region=eu-west-1", tmp_path)["OPTIONS"]
    assert options == {"bucket_name": "soporte", "location": "a/b", "region_name": "eu-west-1"}


def test_a_bucket_that_does_not_answer_is_an_oserror(tmp_path: Path, use_place: Place) -> None:
    use_place(f"s3://k:s@127.0.0.1:{free_port()}/b?scheme=http&region=x")
    with pytest.raises(OSError, match="files/x"):
        files().put("files/x", BytesIO(b"x"))
