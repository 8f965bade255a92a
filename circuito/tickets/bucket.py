"""A bucket for large files, by the protocol of S3. Only imported where `STORAGE_URL` names one: boto3 is optional."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from circuito.tickets.files import CHUNK, opened, temporary_folder

#: The smallest part that the protocol takes; one after another, so that memory holds one of them.
PART = 5 * 1024 * 1024
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 5, 30, 3


class Bucket:
    """django-storages' storage, as the files of this program need it."""

    def __init__(self, **options: Any) -> None:
        self.storage = S3Storage(
            **options,
            file_overwrite=True,
            max_memory_size=CHUNK,
            transfer_config=TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False),
            client_config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"max_attempts": ATTEMPTS},
                signature_version="s3v4",
                s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
                # Many servers of this protocol know no checksums but the oldest.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, content: BinaryIO | Path) -> None:
        with _as_oserror(key), opened(content) as stream:
            self.storage.save(key, File(cast(Any, _Borrowed(stream))))

    def open(self, key: str) -> BinaryIO:
        with _as_oserror(key):
            found = self.storage.open(key)
            found.open()  # fetched now, to a temporary file, so that what is wrong is known before the first byte
            return cast(BinaryIO, found)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="file-", dir=temporary_folder()) as folder:
            path = Path(folder, "content")
            with self.open(key) as found, path.open("wb") as copy:
                shutil.copyfileobj(found, copy, CHUNK)
            yield path

    def delete(self, key: str) -> None:
        with _as_oserror(key):
            self.storage.delete(key)

    def older_than(self, folder: str, before: datetime) -> Iterator[str]:
        prefix = f"{self.storage.location}/".lstrip("/")
        with _as_oserror(folder):
            for found in self.storage.bucket.objects.filter(Prefix=f"{prefix}{folder}/"):
                if found.last_modified < before:
                    yield found.key.removeprefix(prefix)


class _Borrowed:
    """A stream that the one who lends it closes: boto3 closes what it has read."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        return


@contextmanager
def _as_oserror(key: str) -> Iterator[None]:
    """Callers know one kind of failure, whatever the files lie in."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(key) from error
        raise OSError(f"{key}: {error}") from error
    except (Boto3Error, BotoCoreError) as error:
        raise OSError(f"{key}: {error}") from error
