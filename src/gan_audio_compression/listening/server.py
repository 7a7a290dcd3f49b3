"""The server of a listening test: it gives the page and keeps the ratings."""

import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gan_audio_compression.listening.description import ListeningTest
from gan_audio_compression.listening.errors import (
    InvalidSubmissionError,
    ListeningTestError,
    RatingStoreError,
    RatingStoreFullError,
    RevisionConflictError,
    ServerAddressError,
)
from gan_audio_compression.listening.page import page_of_server
from gan_audio_compression.listening.store import RatingStore
from gan_audio_compression.listening.submission import LARGEST_SUBMISSION, parse_submission

logger = logging.getLogger(__name__)

DESCRIPTION_FILE, PAGE_FILE = "test.json", "index.html"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class PreparedTest:
    """A test as the pipeline wrote it: what it is, and its page."""

    description: ListeningTest
    page: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the test in a folder.

        Raises:
            ListeningTestError: a file is missing or broken, or the page is of another test.
        """
        try:
            description = (folder / DESCRIPTION_FILE).read_bytes()
            page = (folder / PAGE_FILE).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ListeningTestError(
                f"{folder} has no listening test ({reason}); run the pipeline listening_test."
            ) from error
        test = ListeningTest.from_json(description, str(folder / DESCRIPTION_FILE))
        if f'"{test.digest}"' not in page:
            raise ListeningTestError(
                f"{PAGE_FILE} in {folder} is not the page of {DESCRIPTION_FILE}; run the pipeline"
                " listening_test again."
            )
        return cls(test, page)


def make_app(page: str, store: RatingStore, hosts: Sequence[str]) -> Starlette:
    """The application: GET / is the page, POST /ratings keeps a submission.

    The answer 204 to a submission means that all of its ratings are on the disk. Any other has a
    sentence as `error`, and nothing was changed: 400 and 422 for what is no submission of this
    test, 409 for a revision that is known with other content, 413 for too many bytes, 415 for
    another type than JSON (which keeps pages of other sites from sending), 503 and 507 for what
    may go better later.

    Args:
        page: that the pipeline wrote.
        hosts: names under which it is reached; any other is refused, so that no foreign name that
            leads here is trusted by a browser.
    """
    body = page_of_server(page)

    async def show_page(request: Request) -> Response:
        return HTMLResponse(body, headers=_HEADERS)

    routes = [
        Route("/", show_page),
        Route("/ratings", _receiver(store), methods=["POST"]),
    ]
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return Starlette(routes=routes, middleware=[trusted])


def open_address(host: str, port: int) -> socket.socket:
    """Take the address that the server is to be reached at.

    Raises:
        ServerAddressError: it is taken, or none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ServerAddressError(
            f"The server cannot listen at {host} port {port} ({error.strerror}); give another"
            " --port or --host."
        ) from error


def serve(app: Starlette, address: socket.socket) -> None:
    """Serve until a signal ends it; who connects is not logged."""
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[address])


def _receiver(store: RatingStore) -> Callable[[Request], Awaitable[Response]]:
    def keep(data: bytes) -> None:
        store.add(parse_submission(data, store.test))

    async def receive(request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return _refusal(415, "Ratings are sent as application/json.")
        try:
            data = await _read_body(request)
            await run_in_threadpool(keep, data)
        except ClientDisconnect:
            return _refusal(400, "The connection ended before all ratings were here.")
        except _TooLargeError:
            return _refusal(413, f"Ratings take at most {LARGEST_SUBMISSION} bytes.")
        except InvalidSubmissionError as error:
            return _refusal(422, str(error))
        except RevisionConflictError as error:
            return _refusal(409, str(error))
        except RatingStoreError as error:
            logger.error("%s", error)
            full = isinstance(error, RatingStoreFullError)
            return _refusal(507 if full else 503, "The ratings cannot be stored at the moment.")
        return Response(status_code=204, headers=_HEADERS)

    return receive


class _TooLargeError(Exception):
    """A body has more bytes than any submission."""


async def _read_body(request: Request) -> bytes:
    """The body, of which no more is held than a submission may have, whatever it claims."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_SUBMISSION:
            raise _TooLargeError
    return bytes(data)


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=_HEADERS)
