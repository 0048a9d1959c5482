"""Applications for tests: what never differs is made once per process; settings, keys and store are a test's own."""

import copy
import functools
from typing import Any

from flask import Flask
from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

from registry import runtime
from registry.app import connect, open_doors
from registry.queries.law import reference_data
from registry.settings import Settings
from tests.support import stores


@functools.cache
def _doors() -> Flask:
    built = open_doors()
    _ = built.jinja_env  # with the compiled templates
    return built


def application(settings: Settings) -> Flask:
    """An application of a node of its own. Building its routes and the OpenAPI document costs a tenth of a second and
    they never differ, so that it shares them with those of other tests.

    With those whose stores are copies of the same template it shares also what a process would have after its first
    request: the reference data as read from the store, and the statements as compiled.
    """
    made = copy.copy(_doors())
    made.config = copy.copy(made.config)
    made.extensions = dict(made.extensions)
    made.teardown_appcontext_funcs = list(made.teardown_appcontext_funcs)
    made.shell_context_processors = list(made.shell_context_processors)
    connect(made, settings)
    if template := stores.untouched.pop(settings.database_url, None):
        with made.app_context():
            _warm(runtime.engine(), template)
    return made


_dialects: dict[str, Dialect] = {}
"""One dialect per kind of store, because what is compiled is kept by the dialect it was compiled for."""
_statements = LRUCache[Any, Any](500)


def _warm(engine: Engine, template: stores.Template) -> None:
    """Give an engine on a copy that nothing has touched yet what one on the same template has learnt."""
    references = reference_data._references._values
    if template.references is None:
        reference_data.current(runtime.db.session)
        runtime.db.session.remove()
        template.references = references[engine]
    references[engine] = dict(template.references)
    engine.dialect = _dialects.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_statements)
