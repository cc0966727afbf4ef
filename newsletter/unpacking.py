"""What `zipfile` leaves to its callers: bombs, and the exceptions of damaged archives."""

import lzma
import struct
import zipfile
import zlib

# ValueError: a negative offset, a name that is not text; IndexError: an empty name. Decompressors
# raise errors of their own.
UNPACKING_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    IndexError,
)


def has_overlapping_entries(archive: zipfile.ZipFile, size_bytes: int) -> bool:
    """Whether several entries are made of the same bytes, so that few unpack to very many.

    (D. Fifield, "A better zip bomb", USENIX WOOT 2019.)

    Args:
        size_bytes: of the archive's file.
    """
    return sum(info.compress_size for info in archive.infolist()) > size_bytes
