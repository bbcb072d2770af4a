"""The API's reference: an OpenAPI document that reads well, and a page that shows it without any other host.

Guards that the documentation works in a building without internet, and that what it says about roles is what the code
demands.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from shared.web.demands import demands
from shared.web.problems import INVALID_EXAMPLE, Problem, documented, example

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#reference", validatorUrl: null, deepLinking: true,
  persistAuthorization: false, tryItOutEnabled: true, defaultModelsExpandDepth: 0
});
"""

EVERYWHERE: dict[int | str, dict[str, Any]] = {
    401: documented(example(401, "unauthenticated", "You need to sign in: send a bearer token.")),
    403: documented(example(403, "forbidden", "Your role does not allow this. It needs one of: <needs>.")),
    422: documented(INVALID_EXAMPLE),
    503: documented(example(503, "unavailable", "The database is away.")),
}
"""Problems that every operation may answer with."""


class Api(FastAPI):
    """A FastAPI application whose OpenAPI document knows problems and roles."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            nested = schema.pop("$defs", {})
            document.setdefault("components", {}).setdefault("schemas", {}).update({**nested, "Problem": schema})
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
            self._name_roles(document)
        return self.openapi_schema or {}

    def _name_roles(self, document: dict[str, Any]) -> None:
        """Say of each operation which roles it needs."""
        for demand in demands(self):
            operation = document["paths"].get(demand.path, {}).get(demand.method.lower())
            if operation is not None and demand.roles:
                operation["x-roles"] = sorted(demand.roles)
                needs = f"Needs one of the roles: {', '.join(sorted(demand.roles))}."
                operation["description"] = f"{operation.get('description', '')}\n\n{needs}".strip()


def reference_routes(service: str, title: str) -> list[Route]:
    """Return the page and what it loads, all from this host."""
    directory = _directory()

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE.format(title=title), headers={"Content-Security-Policy": _POLICY})

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    def asset(name: str, media_type: str) -> Route:
        async def serve(_: Request) -> Response:
            return FileResponse(directory / name, media_type=media_type, headers={"Cache-Control": "max-age=86400"})

        return Route(f"/{service}/docs/{name}", serve)

    return [
        Route(f"/{service}/docs", page),
        Route(f"/{service}/docs/start.js", start),
        *(asset(name, media_type) for name, media_type in _ASSETS.items()),
    ]


def _directory() -> Path:
    """Return where the package that carries Swagger UI keeps it; the package's code is not run."""
    found = find_spec("fastapi_offline")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("the package fastapi-offline, which carries the reference page, is not installed")
    return Path(found.submodule_search_locations[0]) / "static"
