"""Norwegian public holidays (helligdager)."""

import datetime as dt
import functools

import holidays


def public_holiday(date: dt.date) -> str | None:
    """The Norwegian name of a public holiday; None for any other date, Sundays among them."""
    return _of_year(date.year).get(date)


@functools.cache
def _of_year(year: int) -> dict[dt.date, str]:
    return dict(holidays.country_holidays("NO", years=year, language="no"))
