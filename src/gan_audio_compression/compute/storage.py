"""Storage that takes no more, which is the fault of no item that is saved there."""

import errno

from gan_audio_compression.errors import GanAudioCompressionError

_TAKES_NO_MORE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class StorageError(GanAudioCompressionError):
    """What is made cannot be saved, and nothing that comes after it either."""


def storage_error(error: BaseException | None) -> StorageError | None:
    """Return what to tell of an error whose cause is full or read-only storage, else None."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _TAKES_NO_MORE:
            place = f" in {error.filename}" if error.filename else ""
            return StorageError(
                f"The storage takes no more{place} ({error.strerror}); make room or name another"
                " place by GAC_DATA, and run again: what is saved is not done again."
            )
        error = error.__cause__ or error.__context__
    return None
