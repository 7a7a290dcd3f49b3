"""Shared libraries of codecs, found by name as the system's loader finds them."""

import ctypes
import ctypes.util
import re
from dataclasses import dataclass
from pathlib import Path

from gan_audio_compression.bench.codec import CodecMissingError


class _SymbolInfo(ctypes.Structure):
    """`Dl_info` of dlfcn.h."""

    _fields_ = (
        ("file_name", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol_name", ctypes.c_char_p),
        ("symbol", ctypes.c_void_p),
    )


@dataclass(frozen=True)
class SharedLibrary:
    """A library of C functions.

    Attributes:
        name: as a linker takes it, without "lib" and without a suffix.
        package: the Debian package that has it.
        symbol: one of its functions.
    """

    name: str
    package: str
    symbol: str

    def load(self) -> ctypes.CDLL:
        """Load it.

        Raises:
            CodecMissingError: it is not installed.
        """
        file = ctypes.util.find_library(self.name)
        try:
            if file is not None:
                return ctypes.CDLL(file)
        except OSError:
            pass
        raise CodecMissingError(
            f"The library lib{self.name} is not installed; install {self.package}, the name of its"
            " package in Debian and Ubuntu."
        )

    def version(self) -> str:
        """Its name and what follows the suffix in the real name of its file, which is not the
        release of the project but the only version that it tells.

        Raises:
            CodecMissingError: it is not installed.
        """
        info = _SymbolInfo()
        function = ctypes.cast(self.load()[self.symbol], ctypes.c_void_p)
        ctypes.CDLL(None).dladdr(function, ctypes.byref(info))
        file = Path(info.file_name.decode()).resolve().name
        number = re.search(r"\d+(\.\d+)*", file.partition(self.name)[2])
        return f"lib{self.name} {number.group() if number else 'of unknown version'}"
