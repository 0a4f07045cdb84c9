from pathlib import Path

import pytest

from adapters.runtime.drivers import DRIVERS, Driver, is_device, is_scan_device
from adapters.runtime.loading import Loading, load_all
from adapters.runtime.site import load_site, without_secrets
from engine.language.render.as_text import as_text
from tests.making.daemons import SITE, Miner, Plc, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def load(site: Site, text: str = SITE) -> Loading:
    site.file.write_text(text, "utf-8")
    return load_all(site.file, site.clock, drivers=site.drivers)


def test_a_sound_site_has_its_devices_sorted_by_kind(site: Site) -> None:
    loaded = load(site).loaded
    assert loaded is not None
    assert loaded.devices == (site.miner,)
    assert loaded.scan_devices == (site.plc,)
    assert loaded.state_folder == site.folder / "state"
    assert site.options == [{}, {"password_file": "/none"}]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("driver: plc", "driver: plk", "there is no driver `plk`"),
        ("rtd1", "rtd9", "has no field `rtd9`"),
        ("tank.top:", "tank.tpo:", "the plant has no fact `tank.tpo`"),
        ("scan_period: 500 ms", "scan_period: 1 h", "a scan period is"),
        ("devices:", "devces:", "a site has no `devces`"),
        ("{pump.run: relay1}", "{pump.run: relay1", "site.yaml"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(site: Site, wrong: str, right: str, told: str) -> None:
    loading = load(site, SITE.replace(wrong, right))
    assert loading.loaded is None
    text = as_text(loading.problems, loading.sources, 4)
    assert told in text
    assert "site.yaml" in text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("password: swordfish", "`password` must not stand here"),
        ('password: "swordfish"', "`password` must not stand here"),
        ("Api_Key: swordfish", "`Api_Key` must not stand here"),
        ("{deep: {token: swordfish}}", "`token` must not stand here"),
        ("tokens: [swordfish]", "a secret must not stand here"),
        ("tokens: {of: [swordfish]}", "a secret must not stand here"),
        ("address: mqtt://anna:swordfish@broker", "must not stand in an address"),
    ],
)
def test_a_secret_in_the_site_file_is_refused_and_shown_nowhere(
    site: Site, lines: str, told: str
) -> None:
    added = lines if not lines.startswith("{") else f"more: {lines}"
    loading = load(site, SITE + f"control:\n  socket: c.sock\n  {added}\n")
    assert loading.loaded is None
    text = as_text(loading.problems, loading.sources, 4)
    assert told in text
    assert "`password_file`" in text
    assert "swordfish" not in text


def test_where_a_secret_lies_may_stand_in_the_site_file() -> None:
    text = "mqtt:\n  password_file: /a\n  token_env: B\n  password:\n"
    assert load_site("site.yaml", text)[1] == ()
    assert without_secrets(text) == text


def test_rules_that_check_refuses_do_not_run(site: Site) -> None:
    rules = site.folder / "heat.yaml"
    rules.write_text(rules.read_text("utf-8").replace("tank.top <", "tank.tpo <"), "utf-8")
    loading = load(site)
    assert loading.loaded is None
    assert any("tank.tpo" in problem.message for problem in loading.problems)


def test_options_that_make_no_device_are_told_at_its_place(site: Site) -> None:
    class Refusing(Driver):
        def load(self) -> object:  # type: ignore[override]
            def build(*_: object) -> object:
                raise ValueError("`port` must be a number")

            return build

    drivers = site.drivers | {"miner": Refusing("")}
    loading = load_all(site.file, site.clock, drivers=drivers)
    assert loading.loaded is None
    (problem,) = loading.problems
    assert problem.message == "the device `miner`: `port` must be a number"
    assert problem.position.line == 7


def test_a_driver_whose_library_is_missing_is_told(site: Site) -> None:
    drivers = site.drivers | {"miner": Driver("adapters.devices.nothing_here")}
    loading = load_all(site.file, site.clock, drivers=drivers)
    assert loading.loaded is None
    assert "cannot be loaded" in loading.problems[0].message


def test_a_file_that_cannot_be_read_is_a_problem(site: Site) -> None:
    site.file.write_bytes(b"devices: {a: \xff}")
    assert load_all(site.file, site.clock).loaded is None
    site.file.unlink()
    loading = load_all(site.file, site.clock)
    assert loading.loaded is None
    assert "cannot be read" in loading.problems[0].message


def test_in_shadow_every_driver_is_told_to_read_only(site: Site) -> None:
    site.load(shadow=True)
    assert [options["read_only"] for options in site.options] == [True, True]


def test_the_table_of_drivers_names_modules_of_ours() -> None:
    assert {each.module.split(".")[0] for each in DRIVERS.values()} == {"adapters"}


def test_a_device_is_one_or_the_other() -> None:
    assert is_scan_device(Plc())
    assert not is_scan_device(Miner())
    assert is_device(Miner())
    assert not is_device(Plc())
