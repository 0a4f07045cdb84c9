import pytest

from adapters.runtime.site import Link, load_site

SITE = """\
scan_period: 250 ms
devices:
  inverter:
    driver: deye
    host: inverter.lan
    port: 502
    unit: "1"
    timeout: 0.5
    facts: {pv.power: pv_power, battery.soc: battery_soc}
    outputs: {inverter.battery_mode: battery_mode}
mqtt: {host: localhost, tls: false}
"""


def test_a_site_file_says_devices_links_and_sections() -> None:
    site, problems = load_site("site.yaml", SITE)
    assert not problems
    assert site.scan_period_s == 0.25
    (device,) = site.devices
    assert (device.name, device.driver) == ("inverter", "deye")
    assert device.options == {"host": "inverter.lan", "port": 502, "unit": "1", "timeout": 0.5}
    assert [(link.name, link.field) for link in device.facts] == [
        ("pv.power", "pv_power"),
        ("battery.soc", "battery_soc"),
    ]
    assert site.sections["mqtt"] == {"host": "localhost", "tls": False}


def test_a_link_knows_its_place() -> None:
    site, _ = load_site("site.yaml", SITE)
    (link,) = site.devices[0].outputs
    assert isinstance(link, Link)
    assert (link.position.line, link.position.column) == (10, 15)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("devises: {}\n", "a site has no `devises`"),
        ("devices: [a]\n", "`devices` holds a name and settings for each"),
        ("devices: {a: 5}\n", "the device `a` has no settings"),
        ("devices: {a: {host: x}}\n", "the device `a` names no driver"),
        ("devices: {a: {driver: x, facts: 5}}\n", "`facts` holds lines"),
        ("scan_period: 5\n", "a scan period is `10 ms` to `60 s`"),
        ("scan_period: 1 ms\n", "a scan period is `10 ms` to `60 s`"),
    ],
)
def test_what_a_site_file_gets_wrong_is_said(text: str, message: str) -> None:
    _, problems = load_site("site.yaml", text)
    assert any(problem.message.startswith(message) for problem in problems)


def test_a_file_that_is_not_yaml_is_a_problem() -> None:
    site, problems = load_site("site.yaml", "a: [")
    assert problems
    assert not site.devices


def test_lines_that_hold_settings_are_the_drivers_own() -> None:
    text = """\
devices:
  plc:
    driver: revpi
    outputs:
      p3_run: {io: p3_relay, kind: relay}
      p3.run_target: p3_run
"""
    site, problems = load_site("site.yaml", text)
    assert not problems
    (plc,) = site.devices
    assert plc.options == {"outputs": {"p3_run": {"io": "p3_relay", "kind": "relay"}}}
    assert [(link.name, link.field) for link in plc.outputs] == [("p3.run_target", "p3_run")]
