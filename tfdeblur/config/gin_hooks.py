"""Where gin asks `configurable_names` before it imports or calls what a file names."""

import contextlib

from gin import config as gin_internals

from tfdeblur.config.configurable_names import (
    check_configurable,
    check_import,
    check_origin,
    check_part_of_network,
)


@contextlib.contextmanager
def networks_only():
    """Within it parameters may call what networks are made of, and nothing else."""
    # Gin evaluates a reference to a call when a copy of the parameters is made.
    reference = gin_internals.ConfigurableReference
    evaluated = reference.__deepcopy__

    def checked(self, memo):
        check_part_of_network(self.configurable.wrapped)
        return evaluated(self, memo)

    reference.__deepcopy__ = checked
    try:
        yield
    finally:
        reference.__deepcopy__ = evaluated


class OwnNamesOnly(gin_internals.ParseContext):
    """What gin imports and looks up for a file, held to `configurable_names`.

    A gin file can otherwise import any module and call anything in it.
    """

    def process_import(self, statement):
        if not statement.module.startswith("__gin__."):
            check_import(statement.module)
        super().process_import(statement)

    def get_configurable(self, selector):
        if self._dynamic_registration:
            names, values = self._resolve_selector(selector)
            if names[0] != "gin":
                check_configurable(names, values)
        configurable = super().get_configurable(selector)
        if configurable is not None:
            # Whoever uses gin in this process may have made anything known to it.
            check_origin(configurable.wrapped)
        return configurable
