"""Applications for tests: routes are built once per process; settings, keys and store are a test's own."""

import copy
import functools

from flask import Flask

from registry.app import connect, open_doors
from registry.settings import Settings


@functools.cache
def _doors() -> Flask:
    built = open_doors()
    _ = built.jinja_env  # with the compiled templates
    return built


def application(settings: Settings) -> Flask:
    """An application of a node of its own. Building its routes and the OpenAPI document costs a tenth of a second and
    they never differ, so that it shares them with those of other tests."""
    made = copy.copy(_doors())
    made.config = copy.copy(made.config)
    made.extensions = dict(made.extensions)
    made.teardown_appcontext_funcs = list(made.teardown_appcontext_funcs)
    made.shell_context_processors = list(made.shell_context_processors)
    return connect(made, settings)
