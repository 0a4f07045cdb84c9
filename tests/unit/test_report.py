import json

from engine.workshop.report import SCHEMA, as_plain
from tests.unit.test_tally import HOUR, tallied, trace


def test_the_report_is_plain_data_for_programs() -> None:
    plain = as_plain(tallied(trace(0), end_ms=HOUR))
    assert plain["schema"] == SCHEMA
    assert plain["basis"] == "measured"
    outputs = plain["outputs"]
    assert isinstance(outputs, list)
    assert outputs[1]["states_s"] == {"locked": 0.0, "normal": 3600.0, "recommended": 0.0}
    assert outputs[0]["energy"]["total_kwh"] == 0.0
    assert json.loads(json.dumps(plain)) == plain
