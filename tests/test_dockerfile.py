"""The container has what the Makefile installs."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_container_has_the_codecs_of_the_bench() -> None:
    (codecs,) = re.findall(r"^CODEC_PACKAGES := (.*)$", (ROOT / "Makefile").read_text(), re.M)
    dockerfile = (ROOT / "Dockerfile").read_text()
    (installed,) = re.findall(r"apt-get install.*?&&", dockerfile, re.S)
    assert set(codecs.split()) <= set(installed.split())


def test_what_the_container_copies_is_let_through() -> None:
    copied = re.findall(r"^COPY (.*) \S+$", (ROOT / "Dockerfile").read_text(), re.M)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    for name in " ".join(copied).split():
        assert (ROOT / name).exists() and f"!{name}" in allowed, name
