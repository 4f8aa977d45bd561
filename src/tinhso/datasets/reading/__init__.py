"""Source files as provinces really have them, read as text: CSV, XLSX, Parquet and JSON lines.

`open_source` looks at the bytes, not at the extension, and gives the SQL of a relation in which every column
is text, with `_line` (the row's number in the file as Excel shows it; the header is 1) and `_broken` (why a
line could not be read at all, else null).
"""

from tinhso.datasets.reading.source import Source, UnreadableFile, damaged
from tinhso.datasets.reading.sources import open_source

__all__ = ["Source", "UnreadableFile", "damaged", "open_source"]
