"""Where the user's `crosstrack.toml` is looked for, and how a command ends that cannot read it."""

import pytest
from typer.testing import CliRunner

from collector.commands import app
from collector.errors import UsageError
from collector.paths import CONFIG, default_config
from collector.settings import read_settings
from collector.user_file import user_additions, user_settings
from scrapers import vocabulary

WORDS = '[[events]]\nmilestone = "delivered"\nphrases = ["Slotted into the wall"]\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv(CONFIG, raising=False)
    monkeypatch.setattr("collector.paths.platformdirs.user_config_path", lambda *_, **__: tmp_path / "config")
    return tmp_path


def understood():
    return vocabulary.meaning("boxwatch", code=None, description="Slotted into the wall")


def test_without_a_file_nothing_is_added(folder):
    with vocabulary.using(user_additions({})):
        assert understood() is None


def test_the_file_in_the_folder_for_configuration_is_read(folder):
    assert default_config() == folder / "config" / "crosstrack.toml"
    default_config().parent.mkdir()
    default_config().write_text(WORDS, encoding="utf-8")
    with vocabulary.using(user_additions({})):
        assert understood() is not None


def test_the_environment_names_another(folder):
    other = folder / "other.toml"
    other.write_text(WORDS, encoding="utf-8")
    with vocabulary.using(user_additions({CONFIG: str(other)})):
        assert understood() is not None


def test_a_file_named_and_not_there_is_an_error(folder):
    with pytest.raises(UsageError, match=r"none\.toml: no such file, but CROSSTRACK_CONFIG names it"):
        user_additions({CONFIG: str(folder / "none.toml")})


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe", "not UTF-8"), (b"a =", "not TOML"), (b"[x]", "'x' is not known")]
)
def test_a_file_that_cannot_be_meant_is_an_error_that_names_it(folder, content, said):
    file = folder / "crosstrack.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=said) as told:
        user_additions({CONFIG: str(file)})
    assert str(told.value).startswith(f"{file}: ")


def test_a_folder_is_no_file(folder):
    with pytest.raises(UsageError, match="cannot be read"):
        user_additions({CONFIG: str(folder)})


def test_a_command_with_a_bad_file_ends_with_one_line_and_status_2(folder):
    file = folder / "crosstrack.toml"
    file.write_text('[[places]]\nname = "X"\nzone = "Mars/Base"', encoding="utf-8")
    result = CliRunner().invoke(app, ["--db", str(folder / "x.db"), "portals"], env={CONFIG: str(file)})
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Mars/Base" in result.stderr


def test_a_command_leaves_no_words_behind(folder):
    file = folder / "crosstrack.toml"
    file.write_text(WORDS, encoding="utf-8")
    result = CliRunner().invoke(app, ["--db", str(folder / "x.db"), "portals"], env={CONFIG: str(file)})
    assert result.exit_code == 0, result.output
    assert understood() is None


def test_a_file_is_read_once_for_a_command_and_again_when_it_changes(folder, monkeypatch):
    parsed = []

    def counted(text):
        parsed.append(text)
        return read_settings(text)

    monkeypatch.setattr("collector.user_file.read_settings", counted)
    file = folder / "crosstrack.toml"
    file.write_text(WORDS, encoding="utf-8")
    assert user_settings({CONFIG: str(file)}) is user_settings({CONFIG: str(file)})
    file.write_text(WORDS.replace("wall", "door frame"), encoding="utf-8")
    user_settings({CONFIG: str(file)})
    assert ["door frame" in text for text in parsed] == [False, True]
