"""Models from the hub, by its own library, of a server on this machine that answers as it does."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from huggingface_hub import ModelCard

import gan_audio_compression
from gan_audio_compression import Codec, ModelFileError
from gan_audio_compression.codec.models import model_path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(gan_audio_compression.__file__).parents[1]
PROGRAM = """
import sys
from gan_audio_compression import Codec, GanAudioCompressionError
try:
    print(Codec.from_pretrained(sys.argv[1], revision=sys.argv[2] or None).model.digest)
except GanAudioCompressionError as error:
    print(type(error).__name__, error)
"""


class Hub(BaseHTTPRequestHandler):
    """Knows one repository with one revision and one file."""

    def __init__(self, data: bytes, *args: object) -> None:
        self.data = data
        super().__init__(*args)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        known = self.path == "/user/speech/resolve/main/model.safetensors"
        self.send_response(200 if known else 404)
        if known:
            self.send_header("ETag", f'"{hashlib.sha1(self.data).hexdigest()}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        else:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", str(len(self.data) if known else 0))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(self.data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def hub() -> Iterator[ThreadingHTTPServer]:
    handler = partial(Hub, model_path("default").read_bytes())
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def opened(hub: str, home: Path, repository: str, revision: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, repository, revision],
        env=os.environ | {"HF_ENDPOINT": hub, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"},
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_model_is_downloaded_once(hub: ThreadingHTTPServer, tmp_path: Path) -> None:
    digest = Codec.load().model.digest
    address = f"http://127.0.0.1:{hub.server_port}"
    assert opened(address, tmp_path, "user/speech") == digest
    # Nobody answers there, but the file is in the hub's cache.
    assert opened("http://127.0.0.1:1", tmp_path, "user/speech") == digest


@pytest.mark.parametrize(("repository", "revision"), [("user/other", ""), ("user/speech", "v2")])
def test_what_the_hub_has_not_is_one_sentence(
    hub: ThreadingHTTPServer, tmp_path: Path, repository: str, revision: str
) -> None:
    said = opened(f"http://127.0.0.1:{hub.server_port}", tmp_path, repository, revision)
    assert said.startswith(f"ModelFileError model.safetensors of {repository!r} cannot be had")
    assert said.endswith("check the name, or give the path of a model file.")
    assert "\n" not in said


def test_a_folder_of_the_hub_is_opened(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        Codec.from_pretrained(tmp_path)
    shutil.copy(model_path("default"), tmp_path / "model.safetensors")
    assert Codec.from_pretrained(tmp_path).model.digest == Codec.load().model.digest


def test_what_load_takes_is_taken() -> None:
    digest = Codec.load().model.digest
    assert Codec.from_pretrained("default").model.digest == digest
    assert Codec.from_pretrained(model_path("default")).model.digest == digest


def test_the_model_card_has_what_the_hub_reads() -> None:
    card = ModelCard.load(ROOT / "docs" / "model_card.md")
    assert card.data.license == "mit"
    assert card.data.library_name == "gan-audio-compression"
    assert card.data.pipeline_tag == "audio-to-audio"
    assert "speech-coding" in card.data.tags
