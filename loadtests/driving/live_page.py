# pyright: basic
"""Locust's own live page, with a tab for the wave."""

import json
from typing import Final

from flask import request

KEY: Final = "wave"
_STRUCTURE: Final = [{"key": "figure", "title": "The wave"}, {"key": "value", "title": "So far"}]


def show_wave(web_ui, rows):
    """Add the tab; `rows` is asked for its table whenever the page asks for figures. Nothing without a page."""
    if web_ui is None:
        return
    web_ui.template_args |= {
        "extended_tabs": [{"title": "The wave", "key": KEY}],
        "extended_tables": [{"key": KEY, "structure": _STRUCTURE}],
    }

    @web_ui.app.after_request
    def extended(response):
        if request.path == "/stats/requests" and response.is_json:
            said = response.get_json() | {"extended_stats": [{"key": KEY, "data": rows()}]}
            response.set_data(json.dumps(said))
        return response


def leave(environment):
    """Let Locust go: it stays as long as its page does, or its runner where there is none."""
    if environment.web_ui is not None:
        environment.web_ui.stop()
    else:
        environment.runner.quit()
