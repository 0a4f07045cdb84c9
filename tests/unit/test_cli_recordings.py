"""`thermiq import`, `export` and `recording`: text, exit codes, files left behind."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from adapters.cli.recordings import export_recording, import_recording, show_recording

REAL = Path(__file__).parents[1] / "recordings"
PLANT = Path(__file__).parents[2] / "rules" / "asp1" / "plant.yaml"
SAMPLE = str(REAL / "sample_3days.csv")


def run(*words: str | Path) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.command("import")(import_recording)
    app.command("export")(export_recording)
    app.command("recording")(show_recording)
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(word) for word in words])


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.rec"
    assert run("import", SAMPLE, "-m", "sample", "-o", path).exit_code == 0
    return path


def test_import_says_what_it_found(tmp_path: Path) -> None:
    done = run("import", SAMPLE, "-m", "sample", "-o", tmp_path / "a.rec", "--plant", PLANT)
    assert done.exit_code == 0
    assert done.stderr == ""
    assert "  pv.power: 78 good, 66 missing\n" in done.stdout
    assert "2024-03-31T00:00:00Z to 2024-10-28T00:00:00Z in 3 segments" in done.stdout


def test_the_plants_ranges_make_readings_bad(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "entities:\n  sensor.power_load_no_var_loads: {point: house.load}\n"
    )
    history = REAL / "ha_house_load_2022-10-19.json.gz"
    words = ("import", history, "-m", tmp_path / "m.yaml", "-o", tmp_path / "a.rec")
    done = run(*words, "--plant", PLANT)
    assert done.exit_code == 0
    assert "warning[import-out-of-range]" in done.stderr
    assert "first of 69" in done.stderr
    assert "  house.load: 8,654 good, 69 bad\n" in done.stdout


@pytest.mark.parametrize(
    ("mapped", "told"),
    [
        ("{point: house.load, unit: kWh}", "`kWh` is energy, `W` is power"),
        ("{point: house.laod, unit: W}", "did you mean `house.load`?"),
        ("{pint: house.load, unit: W}", "did you mean `point`?"),
    ],
)
def test_a_worthless_import_writes_nothing(tmp_path: Path, mapped: str, told: str) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        f"time: {{column: time_utc}}\nhold: 30 min\ncolumns:\n  house_load_w: {mapped}\n"
    )
    done = run("import", SAMPLE, "-m", mapping, "-o", tmp_path / "a.rec", "--plant", PLANT)
    assert done.exit_code == 1
    assert told in done.stderr
    assert f"{mapping}:4:" in done.stderr
    assert "^^^" in done.stderr
    assert not (tmp_path / "a.rec").exists()


def test_import_refuses_what_is_not_there_and_what_is(tmp_path: Path, recording: Path) -> None:
    out = tmp_path / "b.rec"
    assert run("import", "none.csv", "-m", "sample", "-o", out).exit_code == 2
    assert run("import", tmp_path, "-m", "sample", "-o", out).exit_code == 2
    unknown = run("import", SAMPLE, "-m", "sampel", "-o", out)
    assert (unknown.exit_code, "did you mean `sample`?" in unknown.stderr) == (2, True)
    again = run("import", SAMPLE, "-m", "sample", "-o", recording)
    assert (again.exit_code, "exists already" in again.stderr) == (1, True)
    assert run("import", SAMPLE, "-m", "sample", "-o", recording, "--overwrite").exit_code == 0
    no_plant = tmp_path / "empty.yaml"
    no_plant.write_text("ruleset: x\n")
    assert run("import", SAMPLE, "-m", "sample", "-o", out, "--plant", no_plant).exit_code == 2


def test_recording_tells_what_a_file_holds(recording: Path) -> None:
    done = run("recording", recording)
    assert done.exit_code == 0
    assert "licence: MIT" in done.stdout
    assert "2024-06-26T00:00:00Z to 2024-06-27T00:00:00Z (1.00 days)" in done.stdout
    assert "fact ct/kWh" in done.stdout
    facts = json.loads(run("recording", recording, "--json").stdout)
    assert [point["name"] for point in facts["points"]][-1] == "pv.power"
    assert facts["segments"][0]["seconds"] == 86_400


def test_an_empty_import_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time_utc,pv_w,house_load_w,t_out_c,price_ct_kwh\nx,1,1,1,1\n")
    done = run("import", tmp_path / "a.csv", "-m", "sample", "-o", tmp_path / "a.rec")
    assert done.exit_code == 1
    assert "no row could be read" in done.stderr


def test_export_to_the_terminal_and_to_files(tmp_path: Path, recording: Path) -> None:
    words = ("export", recording, "-p", "price.buy", "--wide", "--zone", "Europe/Berlin")
    shown = run(
        *words, "--from", "2024-06-26T02:00", "--to", "2024-06-26T03:00", "--step", "15 min"
    )
    assert shown.stdout.splitlines()[0] == "time,price.buy [ct/kWh]"
    assert len(shown.stdout.splitlines()) == 5
    assert shown.stdout.splitlines()[1].startswith("2024-06-26T02:00:00+02:00,")
    done = run("export", recording, "-o", tmp_path / "a.csv")
    assert done.stdout == f"443 rows in {tmp_path / 'a.csv'}\n"
    assert (tmp_path / "a.csv").read_text().startswith("time,point,value,unit,quality\n")
    done = run("export", recording, "-o", tmp_path / "a.parquet", "--wide")
    assert (done.exit_code, done.stdout.split(" rows")[0]) == (0, "147")
    assert (tmp_path / "a.parquet").read_bytes().startswith(b"PAR1")
    header = run("export", recording, "--decisions").stdout
    assert header == "time,output,value,unit,cause,by,wanted,reasons\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--step", "1 week"], 2, "is not a duration"),
        (["--zone", "Mars/Base"], 2, "is not a time zone"),
        (["--from", "yesterday"], 2, "`yesterday` is not a time; write it as"),
        (["--from", "2025-01-01", "--to", "2024-01-01"], 2, "not after the start"),
        (["--decisions", "--wide"], 2, "neither"),
        (["--decisions", "-o", "a.parquet"], 2, "as CSV"),
        (["-o", "a.xlsx"], 2, "`a.xlsx` ends in neither .csv nor .parquet"),
        (["-p", "pv.pwoer"], 1, "did you mean `pv.power`?"),
        (["-o", "no/such/dir.csv"], 1, "directory does not exist"),
    ],
)
def test_export_says_what_is_wrong(recording: Path, words: list[str], code: int, told: str) -> None:
    done = run("export", recording, *words)
    assert done.exit_code == code
    assert told in done.stderr


def test_what_is_read_is_never_written_over(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(Path(SAMPLE).read_bytes())
    done = run("import", log, "-m", "sample", "-o", log, "--overwrite")
    assert (done.exit_code, "is what is read" in done.stderr) == (1, True)
    named_so = tmp_path / "recording.csv"
    assert run("import", log, "-m", "sample", "-o", named_so).exit_code == 0
    done = run("export", named_so, "-o", named_so, "--overwrite")
    assert (done.exit_code, "is what is read" in done.stderr) == (1, True)
    assert log.read_bytes() == Path(SAMPLE).read_bytes()


def test_a_file_that_is_no_recording(tmp_path: Path, recording: Path) -> None:
    (tmp_path / "empty").touch()
    cut = tmp_path / "cut.rec"
    cut.write_bytes(recording.read_bytes()[:5000])
    for name, code, told in (
        (SAMPLE, 1, "is not a recording"),
        ("empty", 1, "is empty"),
        ("cut.rec", 1, "is cut off"),
        ("none.rec", 2, "does not exist"),
        ("", 2, "is a directory"),
    ):
        for command in ("recording", "export"):
            done = run(command, tmp_path / name)
            assert (done.exit_code, told in done.stderr) == (code, True), done.stderr
            assert "Traceback" not in done.stderr
