"""The registry of everything `check` can find: one code, one module, one page in `docs/checks`.

A module states its `CODE` and a one-line `SUMMARY`; its name is the code with underscores.
"""

from engine.language.check import (
    bad_name,
    derived_fact_outside_rule,
    duplicate_id,
    duplicate_key,
    flow_comma,
    limit_exceeded,
    missing_failsafe,
    missing_key,
    not_allowed_here,
    not_text,
    not_yaml,
    signal_cycle,
    syntax,
    unknown_fact,
    unknown_key,
    unknown_output,
    unknown_state,
    unknown_unit,
    value_outside_range,
    wrong_dimension,
    wrong_shape,
    wrong_type,
    yaml_feature,
)

_MODULES = (
    bad_name,
    derived_fact_outside_rule,
    duplicate_id,
    duplicate_key,
    flow_comma,
    limit_exceeded,
    missing_failsafe,
    missing_key,
    not_allowed_here,
    not_text,
    not_yaml,
    signal_cycle,
    syntax,
    unknown_fact,
    unknown_key,
    unknown_output,
    unknown_state,
    unknown_unit,
    value_outside_range,
    wrong_dimension,
    wrong_shape,
    wrong_type,
    yaml_feature,
)

CODES: dict[str, str] = {str(module.CODE): str(module.SUMMARY) for module in _MODULES}
"""Every stable code of a problem with its one-line summary."""
