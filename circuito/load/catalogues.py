"""Components, error types, urgencies and products of a file. Those that exist already stay as they are."""

from __future__ import annotations

from typing import Any

from circuito.administration.catalogues import SEPARATOR, save_component, save_error_type, save_urgency
from circuito.administration.products import save_product
from circuito.load.errors import Wrong
from circuito.load.loading import Loading
from circuito.steps.errors import InvalidInput


def load_catalogues(catalogues: dict[str, Any], loading: Loading) -> None:
    """Make the components, error types, urgencies and products that are new."""
    _components(catalogues.get("components", []), "", "catalogues.components", loading)
    for index, name in enumerate(catalogues.get("error_types", [])):
        with loading.problems.part(f"catalogues.error_types[{index}]"):
            _error_type(name, f"catalogues.error_types[{index}]", loading)
    for index, name in enumerate(catalogues.get("urgencies", [])):
        with loading.problems.part(f"catalogues.urgencies[{index}]"):
            _urgency(name, index + 1, f"catalogues.urgencies[{index}]", loading)
    for index, name in enumerate(catalogues.get("products", [])):
        with loading.problems.part(f"catalogues.products[{index}]"):
            _product(name, f"catalogues.products[{index}]", loading)


def _components(rows: list[dict[str, Any]], above: str, where: str, loading: Loading) -> None:
    for index, row in enumerate(rows):
        path = f"{where}[{index}]"
        name = row["name"].replace("›", ">")  # as `save_component` does: the sign parts the names
        full = f"{above}{SEPARATOR}{name}" if above else name
        with loading.problems.part(path):
            _component(name, full, above, path, loading)
        _components(row.get("children", []), full, f"{path}.children", loading)


def _component(name: str, full: str, above: str, path: str, loading: Loading) -> None:
    components = loading.known.components
    if not components.claim(full, f"{path}.name"):
        loading.report.reused += 1
        return
    parent = components.find(above, path) if above else None
    try:
        components.put(full, save_component(None, name=name, parent=parent))
    except InvalidInput as error:
        raise Wrong(f"{path}.name", error.sentence) from error
    loading.report.components += 1


def _error_type(name: str, path: str, loading: Loading) -> None:
    if not loading.known.error_types.claim(name, path):
        loading.report.reused += 1
        return
    loading.known.error_types.put(name, save_error_type(None, name=name))
    loading.report.error_types += 1


def _urgency(name: str, rank: int, path: str, loading: Loading) -> None:
    if not loading.known.urgencies.claim(name, path):
        loading.report.reused += 1
        return
    loading.known.urgencies.put(name, save_urgency(None, name=name, rank=rank))
    loading.report.urgencies += 1


def _product(name: str, path: str, loading: Loading) -> None:
    if not loading.known.products.claim(name, path):
        loading.report.reused += 1
        return
    loading.known.products.put(name, save_product(None, name=name))
    loading.report.products += 1
