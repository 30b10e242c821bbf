"""What the answer assumes of the platform, line by line."""

from reports.language import Language
from scenarios.booking_platform import Platform
from scenarios.quantities import clock_text
from scenarios.record_system import RecordSystem

_Line = tuple[str, str]  # message id of the name, value in words


def platform_lines(platform: Platform, language: Language) -> list[_Line]:
    """Every value of the platform; what a scenario does not have is not spoken of."""
    notation = language.notation
    return [
        ("page_workers", notation.number(platform.workers)),
        ("list_time", _short(platform.service_time.list, language)),
        ("confirm_time", _short(platform.service_time.confirm, language)),
        *((f"{page}_time", _short(own_s, language)) for page, own_s in platform.service_time.own.items()),
        ("login_workers", notation.number(platform.login.workers)),
        ("login_time", _short(platform.login.service_time, language)),
        ("ehr_workers", notation.number(platform.ehr.workers)),
        ("ehr_time", _short(platform.ehr.service_time, language)),
        *_trouble(platform.ehr, language),
        ("platform_sigma", notation.shortest(platform.sigma)),
        *([] if platform.list_age is None else [("list_age", _short(platform.list_age, language))]),
        *_waiting_room(platform, language),
        *_others(platform, language),
    ]


def _trouble(ehr: RecordSystem, language: Language) -> list[_Line]:
    """What can go wrong on the way to the record system."""
    lines: list[_Line] = []
    if ehr.timeout is not None:
        lines.append(("ehr_timeout", _short(ehr.timeout, language)))
    if ehr.failing:
        lines.append(("ehr_failing", language.notation.percent(ehr.failing)))
    if ehr.can_fail:
        again = language.text(
            "assumption.ehr_again_value",
            pause=_short(ehr.redelivered_after_s, language),
            most=language.notation.number(ehr.most_deliveries),
        )
        lines.append(("ehr_again", again))
    for stop in ehr.stopped:
        span = language.text(
            "assumption.ehr_stopped_value",
            begin=language.notation.duration(stop.from_),
            end=language.notation.duration(stop.to),
        )
        lines.append(("ehr_stopped", span))
    return lines


def _others(platform: Platform, language: Language) -> list[_Line]:
    load, notation = platform.background, language.notation
    if load is None:
        return []
    rates = {"others_login": load.login, "others_pages": load.pages, "others_ehr": load.ehr}
    lines = [
        (name, language.text("assumption.per_second", rate=notation.shortest(rate)))
        for name, rate in rates.items()
        if rate is not None
    ]
    for one in load.hours:
        span = f"{clock_text(one.from_)}–{clock_text(one.to)}"
        times = notation.shortest(one.times)
        lines.append(("others_hours", language.text("assumption.others_hours_value", span=span, times=times)))
    return lines


def _waiting_room(platform: Platform, language: Language) -> list[_Line]:
    room = platform.waiting_room
    if room is None:
        return []
    value = language.text(
        "assumption.waiting_room_value",
        inside=language.notation.number(room.total_active_users),
        new=language.notation.number(room.new_users_per_minute),
        session=language.notation.duration(room.session_duration),
        order=language.text(f"assumption.{room.order}_order"),
    )
    return [("waiting_room", value)]


def _short(seconds: float, language: Language) -> str:
    if seconds < 1:
        return f"{language.notation.shortest(seconds * 1000)}\u00a0ms"
    return f"{language.notation.shortest(seconds)}\u00a0s"
