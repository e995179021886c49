"""The number of a row, as a part of a path."""

from werkzeug.routing import IntegerConverter, Map

MOST = 2**31 - 1  # of a row in any of the tables


class RowNumber(IntegerConverter):
    """`<int:id>`: a number that no row can have is the address of no page, and never asked of the database."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MOST)
