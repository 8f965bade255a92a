"""Where large files lie: a folder, or a bucket by the protocol of S3. `STORAGE_URL` says which."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from circuito.config.environment import BadSetting

SHAPES = (
    "STORAGE_URL must look like file:///folder, s3://key:secret@host/bucket/prefix?region=REGION, "
    "or s3://bucket/prefix with the credentials of the environment (a / or @ in a secret is written %2F or %40)."
)


def storage_settings(url: str, data: Path) -> dict[str, Any]:
    """Return what Django's `STORAGES` takes for `url`, or for `data`/files if it is empty. Raises `BadSetting`."""
    if not url:
        return _folder(data / "files")
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
        return _folder(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.hostname:
        return _bucket(parts)
    raise BadSetting(SHAPES)


def _folder(path: Path) -> dict[str, Any]:
    return {"BACKEND": "circuito.tickets.files.Folder", "OPTIONS": {"path": path}}


def _bucket(parts: SplitResult) -> dict[str, Any]:
    if find_spec("boto3") is None:
        raise BadSetting("STORAGE_URL names S3, which needs boto3: `.venv/bin/pip install -r requirements/s3.txt`.")
    query = dict(parse_qsl(parts.query))
    place = unquote(parts.path).strip("/")
    options: dict[str, Any] = {"region_name": query.get("region")}
    if "@" not in parts.netloc:
        return _s3({**options, "bucket_name": parts.netloc, "location": place})
    bucket, _slash, prefix = place.partition("/")
    if not (parts.username and parts.password and bucket):
        raise BadSetting(SHAPES)
    host = parts.netloc.rpartition("@")[2]
    return _s3(
        {
            **options,
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "endpoint_url": f"{query.get('scheme', 'https')}://{host}",
            "bucket_name": bucket,
            "location": prefix,
        }
    )


def _s3(options: dict[str, Any]) -> dict[str, Any]:
    return {"BACKEND": "circuito.tickets.bucket.Bucket", "OPTIONS": options}
