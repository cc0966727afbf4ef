"""The exceptions that `zipfile` raises on damaged, encrypted or unsupported archives."""

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
