"""When a monthly briefing is due, without any database."""

import datetime as dt

DAY = dt.timedelta(days=1)


def month_to_report(today: dt.date, covered: dt.date | None) -> str | None:
    """The period a monthly briefing is due for: the year up to the end of last month, once data cover it.

    Args:
        today: day of asking.
        covered: last day that figures cover; None without figures.

    Returns:
        Code such as `2023-05/ytd`; None while data are missing.
    """
    last = today.replace(day=1) - DAY
    return f"{last:%Y-%m}/ytd" if covered is not None and covered >= last else None
