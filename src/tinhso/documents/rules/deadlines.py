"""Days of NĐ 30/2020/NĐ-CP and QĐ 28/2018/QĐ-TTg: by when a document is sent, taken in, passed on."""

import datetime as dt

AT_ONCE = dt.timedelta(hours=1)  # what “ngay” is taken to mean on our lists
MORNING_ENDS = dt.time(12)


def send_by(*, signed_at: dt.datetime, urgency: int, next_working_day: dt.date) -> dt.datetime:
    """By when an issued document is sent: at once when urgent (NĐ 30/2020, Điều 18), else the same day, at the latest
    on the morning of the next working day (QĐ 28/2018/QĐ-TTg).

    Args:
        signed_at: aware, in Vietnam's time.
        urgency: 0 to 4.
        next_working_day: after the day of signing.
    """
    if urgency:
        return signed_at + AT_ONCE
    return dt.datetime.combine(next_working_day, MORNING_ENDS, signed_at.tzinfo)


def acknowledge_by(*, arrived_at: dt.datetime, urgency: int) -> dt.datetime:
    """By when the receiver answers that it has taken a document in, or refuses it: the same day (Điều 21 khoản 2).

    Args:
        arrived_at: aware, in Vietnam's time.
    """
    if urgency:
        return arrived_at + AT_ONCE
    return dt.datetime.combine(arrived_at.date(), dt.time(23, 59, 59), arrived_at.tzinfo)


def pass_on_by(*, registered_at: dt.datetime, urgency: int, next_working_day: dt.date) -> dt.datetime:
    """By when a document is laid before who directs or handles it: the same or the next working day (Điều 23 khoản 1)."""
    if urgency:
        return registered_at + AT_ONCE
    return dt.datetime.combine(next_working_day, dt.time(23, 59, 59), registered_at.tzinfo)
