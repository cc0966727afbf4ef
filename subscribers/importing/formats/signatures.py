"""How spreadsheets begin."""

# A local file header (PKWARE's APPNOTE.TXT, 4.3.7).
ZIP_MARK = b"PK\x03\x04"
# A compound file ([MS-CFB], 2.2), the older Office formats.
OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
