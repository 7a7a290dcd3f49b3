"""An S3-compatible object store on loopback that remembers what it was asked."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "speech"


@dataclass
class ObjectStore:
    """Attributes:
    environment: variables with which any program finds the store.
    requests: method and path of each request so far.
    """

    environment: dict[str, str]
    requests: list[tuple[str, str]] = field(default_factory=list)

    def filesystem(self) -> Any:
        """Return it as a filesystem."""
        import s3fs

        of = self.environment
        return s3fs.S3FileSystem(
            key=of["AWS_ACCESS_KEY_ID"],
            secret=of["AWS_SECRET_ACCESS_KEY"],
            endpoint_url=of["AWS_ENDPOINT_URL"],
            use_listings_cache=False,
        )


class _Silent(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Run a store with an empty bucket."""
    app = DomainDispatcherApplication(create_backend_app)
    requests: list[tuple[str, str]] = []

    def remembered(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        requests.append((asked["REQUEST_METHOD"], asked["PATH_INFO"]))
        answer: Iterable[bytes] = app(asked, start)
        return answer

    server = make_server("127.0.0.1", 0, remembered, threaded=True, request_handler=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    store = ObjectStore(environment, requests)
    store.filesystem().mkdir(BUCKET)
    yield store
    server.shutdown()
