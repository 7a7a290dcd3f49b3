"""What a page needs that carries all of itself in one file: templates, sources, their digests."""

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


def page_environment(package: str, folder: str) -> Environment:
    """Templates in a folder of a package; values are escaped, and a missing one is an error."""
    return Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_source(package: str, folder: str, name: str) -> str:
    """A style sheet or script that lies beside the templates."""
    return (resources.files(package) / folder / name).read_text(encoding="utf-8")


def source_digest(source: str) -> str:
    """How a content security policy names the one script or style sheet that it allows."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
