from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tui import paths
from tui.adapters import config_schema as schema
from tui.adapters.config_file import last_good, load
from tui.adapters.config_node import resolve
from tui.adapters.config_text import MAX_BYTES, read_text
from tui.adapters.config_yaml import parse
from tui.domain.errors import ConfigError
from tui.domain.settings import ConnectionSettings, Settings


@pytest.fixture
def places(tmp_path: Path) -> paths.Paths:
    found = paths.find({"SALON_HOME": str(tmp_path)})
    paths.folder(found.config)
    return found


def lines(loaded: Any) -> list[str]:
    return [error.line() for error in loaded.problems]


def test_without_a_file_the_defaults_count(places: paths.Paths) -> None:
    loaded = load(places)

    assert loaded.settings == Settings()
    assert loaded.problems == []
    assert loaded.origins == {}


def test_the_shipped_file_holds_exactly_the_defaults(places: paths.Paths) -> None:
    places.settings.write_bytes(paths.shipped("config.yaml").read_bytes())

    loaded = load(places)

    assert loaded.settings == Settings()
    assert loaded.problems == []
    assert set(loaded.origins.values()) == {"config.yaml"}


def test_the_shipped_file_has_every_setting_in_order() -> None:
    file = paths.shipped("config.yaml")
    data: Any = parse(file.read_text(), file)

    written = data.plain()
    declared = {
        field.name: list(schema.hints(schema.sections()[field.name]))
        if field.name in schema.sections()
        else []
        for field in dataclasses.fields(Settings)
    }
    assert list(written) == list(declared)
    for name, section in written.items():
        assert list(section) == declared[name]
        values = getattr(Settings(), name)
        wanted = dataclasses.asdict(values) if declared[name] else values
        assert section == {k: list(v) if v == () else v for k, v in wanted.items()}


def test_every_setting_has_its_help() -> None:
    for kind in (Settings, ConnectionSettings, *schema.sections().values()):
        for field in dataclasses.fields(kind):
            text = field.metadata["help"]
            assert text.endswith("."), field.name
            assert len(text) <= 90, field.name


def test_later_layers_win_and_say_so(places: paths.Paths) -> None:
    places.settings.write_text("ui: {theme: a, images: blocks}\nlocal: {num_beams: 2}\n")

    loaded = load(places, {"SALON_UI_THEME": "b", "SALON_LOCAL_NUM_BEAMS": "3"}, {"ui.theme": "c"})

    assert loaded.settings.ui.theme == "c"
    assert loaded.settings.ui.images == "blocks"
    assert loaded.settings.local.num_beams == 3
    assert loaded.origins == {
        "ui.theme": "flag",
        "ui.images": "config.yaml",
        "local.num_beams": "SALON_LOCAL_NUM_BEAMS",
    }


def test_variables_of_other_things_are_left_alone(places: paths.Paths) -> None:
    env = {"SALON_HOME": "/x", "SALON_UI_IMAGES": "", "OPENAI_API_KEY": "k", "SALON_UI": "1"}

    assert load(places, env) == load(places)


def test_a_misspelt_variable_is_reported(places: paths.Paths) -> None:
    loaded = load(places, {"SALON_CAPTIONING_SORCE": "describe", "SALON_UI_IMAGES": "big"})

    assert lines(loaded) == [
        "SALON_CAPTIONING_SORCE: unknown setting captioning.sorce: did you mean captioning.source?",
        "SALON_UI_IMAGES: ui.images must be one of auto, kitty, sixel, iterm2, blocks, off,"
        " not 'big'",
    ]


def test_connections_are_as_many_as_you_like(places: paths.Paths) -> None:
    places.settings.write_text(
        "connections:\n"
        "  kitchen: {provider: llamacpp, url: 'http://127.0.0.1:8080/v1', model: 1.10}\n"
        "  llama3.1:\n    provider: ollama\n    vision: yes\n"
        "  bare:\n"
        "chat: {connection: kitchen}\n"
    )

    loaded = load(places)

    assert loaded.problems == []
    assert loaded.settings.connections == {
        "kitchen": ConnectionSettings("llamacpp", "http://127.0.0.1:8080/v1", "", "1.10"),
        "llama3.1": ConnectionSettings("ollama", vision="yes"),
        "bare": ConnectionSettings(),
    }


def test_the_models_other_name_is_accepted(places: paths.Paths) -> None:
    places.settings.write_text("extensions: {models: {captioning: my/model}}\n")

    loaded = load(places)

    assert loaded.settings.extras.captioningModel == "my/model"
    assert loaded.problems == []


def test_keys_are_moved(places: paths.Paths) -> None:
    places.settings.write_text("keys: {chat.stop: ctrl+x, chat.new: f9}\n")

    assert load(places).settings.keys == {"chat.stop": "ctrl+x", "chat.new": "f9"}


def test_an_empty_group_or_value_means_the_default(places: paths.Paths) -> None:
    places.settings.write_text("chat:\n  # persona: me\nui:\n  theme:\nlocal: null\n")

    loaded = load(places)

    assert loaded.settings == Settings()
    assert loaded.problems == []


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("captionig:\n  x: 1", (1, 1), "unknown setting captionig: did you mean captioning?"),
        ("ui:\n  tehme: a", (2, 3), "unknown setting ui.tehme: did you mean ui.theme?"),
        ("template: a", (1, 1), "unknown setting template: did you mean captioning.template?"),
        ("zzz: 1", (1, 1), "unknown setting zzz"),
        (
            "connections: {a: {modle: x}}",
            (1, 19),
            "unknown setting connections.a.modle: did you mean connections.a.model?",
        ),
        ("connections: {a: b}", (1, 18), "connections.a must be a group of `name: value`"),
        ("ui: [1]", (1, 5), "ui must be a group of `name: value`"),
        ("ui: {theme: [a]}", (1, 13), "ui.theme must be text, not a list"),
        ("ui: {theme: {a: b}}", (1, 13), "ui.theme must be text, not a group of settings"),
        ("chat: {top_p: all}", (1, 15), "chat.top_p must be a number or empty, not 'all'"),
        ("chat: {temperature: 3}", (1, 21), "chat.temperature must be between 0 and 2"),
        ("local: {num_beams: 1.5}", (1, 20), "local.num_beams must be a whole number, not 1.5"),
        ("local: {num_beams: 010}", (1, 20), "local.num_beams must be a whole number, not '010'"),
        (
            "captioning: {auto_caption: yes}",
            (1, 28),
            "captioning.auto_caption must be true or false, not 'yes'",
        ),
        (
            "ui: {images: big}",
            (1, 14),
            "ui.images must be one of auto, kitty, sixel, iterm2, blocks, off, not 'big'",
        ),
        ("images: {max_side: 2}", (1, 20), "images.max_side must be at least 64"),
    ],
)
def test_what_makes_no_sense_is_reported_and_the_rest_counts(
    places: paths.Paths, text: str, place: tuple[int, int], says: str
) -> None:
    places.settings.write_text(text + "\nextras: {captioningModel: kept}\n")

    loaded = load(places)

    line, column = place
    assert lines(loaded) == [f"config.yaml line {line}, column {column}: {says}"]
    assert loaded.settings.extras.captioningModel == "kept"
    [problem] = loaded.problems
    assert (problem.file, problem.at_line, problem.at_column) == (places.settings, line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("ui:\n  theme: [a\n", 3, 1, "not valid YAML"),
        ("ui:\n\ttheme: a\n", 2, 1, "not valid YAML"),
        ("a: 1\na: 2\n", 2, 1, "stands here twice"),
        ("1: a\n", 1, 1, "a key must be text"),
        ("true: a\n", 1, 1, "a key must be text"),
        ("? [a]\n: b\n", 1, 3, "a key must be text"),
        ("a: !!python/object:os.system x\n", 1, 4, "tags"),
        ("a: 1\n--- \nb: 2\n", 2, 1, "a second document"),
        ("a: *x\n", 1, 4, "an alias without its anchor"),
        ("a: b\x07\n", 1, 5, "does not allow"),
        ("- a\n", 1, 1, "groups of"),
        ("just words\n", 1, 1, "groups of"),
        ("[" * 60, 1, 42, "too deep"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 2, 4, "an anchor with aliases"),
        ("x: " + "[a]," * 3 + "\n", 1, 7, "not valid YAML"),
    ],
)
def test_a_file_that_is_no_yaml_tells_where(
    places: paths.Paths, text: str, line: int, column: int, says: str
) -> None:
    places.settings.write_text(text)

    loaded = load(places)

    assert loaded.settings == Settings()
    [problem] = loaded.problems
    assert says in problem.message
    assert (problem.at_line, problem.at_column) == (line, column)
    assert f"config.yaml line {line}, column {column}: " in problem.line()


def test_a_file_that_is_no_text_tells_where(places: paths.Paths) -> None:
    places.settings.write_bytes(b"a: 1\nb: caf\xe9\n")

    [problem] = load(places).problems

    assert (problem.at_line, problem.at_column) == (2, 7)


def test_too_large_a_file_is_not_read(places: paths.Paths) -> None:
    places.settings.write_text("# " + "x" * MAX_BYTES)

    assert "larger than" in lines(load(places))[0]


def test_a_folder_in_place_of_the_file_is_reported(places: paths.Paths) -> None:
    places.settings.mkdir()

    assert "not a regular file" in lines(load(places))[0]


def test_a_broken_file_gives_way_to_the_last_good_one(places: paths.Paths) -> None:
    places.settings.write_text("ui: {theme: mine}\n")
    load(places)
    places.settings.write_text("ui: {theme: mine\n")

    loaded = load(places)

    assert loaded.settings.ui.theme == "mine"
    assert "the last good settings are used" in lines(loaded)[0]
    assert last_good(places).stat().st_mode & 0o777 == 0o600


def test_a_bad_value_gives_way_to_the_last_good_one(places: paths.Paths) -> None:
    places.settings.write_text("chat: {temperature: 0.5}\nui: {theme: mine}\n")
    load(places)
    places.settings.write_text("chat: {temperature: 9}\nui: {theme: other}\n")

    for _ in range(2):
        loaded = load(places)
        assert loaded.settings.chat.temperature == 0.5
        assert loaded.settings.ui.theme == "other"


def test_a_state_folder_that_cannot_be_written_does_no_harm(places: paths.Paths) -> None:
    places.state.write_text("in the way")
    places.settings.write_text("ui: {theme: mine}\n")

    assert load(places).settings.ui.theme == "mine"


def test_flags_must_be_settings(places: paths.Paths) -> None:
    loaded = load(places, {}, {"chat.conection": "x", "ui.theme": None, "local.num_beams": "4"})

    assert lines(loaded) == ["flag: unknown setting chat.conection: did you mean chat.connection?"]
    assert loaded.settings.local.num_beams == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("On", "On"), ("12:30", "12:30"), ("010", "010"), ("0x10", "0x10"),
        ("1_000", "1_000"), ("true", True), ("FALSE", False), ("", None), ("~", None),
        ("-3", -3), ("1.10", 1.1), (".5", 0.5), ("1e3", 1000.0), ("1e999", "1e999"),
        (".inf", ".inf"), (".nan", ".nan"), ("9" * 30, "9" * 30), ("2001-01-01", "2001-01-01"),
    ],
)  # fmt: skip
def test_words_mean_what_they_look_like(text: str, value: object) -> None:
    found = resolve(text)

    assert found == value
    assert type(found) is type(value)


def test_a_missing_file_is_nothing_at_all(tmp_path: Path) -> None:
    assert read_text(tmp_path / "gone.yaml") is None


def test_paths_of_settings_are_checked() -> None:
    assert schema.split("connections.llama3.1.model") == ("connections", "llama3.1", "model")
    assert schema.split("connections.llama3.1") == ("connections", "llama3.1")
    assert schema.split("keys.chat.stop") == ("keys", "chat.stop")
    assert schema.split("extensions.models.captioning") == ("extras", "captioningModel")
    for bad in ("", "ui", "ui.theme.x", "connections", "keys", "nope.x"):
        with pytest.raises(ConfigError, match="unknown setting"):
            schema.split(bad)


def test_lists_and_groups_are_read_and_wrong_ones_told_with_their_spot(
    places: paths.Paths,
) -> None:
    text = (
        "connections:\n"
        "  lab:\n"
        "    provider: custom\n"
        "    headers: {X-Team: ours}\n"
        "    add_body: {provider: {order: [a, b]}}\n"
        "    drop_body: [stop]\n"
        "captioning:\n"
        "  chain:\n"
        "    - {source: multimodal, connection: lab, seconds: 20}\n"
        "    - source: describe\n"
    )
    places.settings.write_text(text)

    loaded = load(places)

    assert loaded.problems == []
    lab = loaded.settings.connections["lab"]
    assert (lab.headers, lab.drop_body) == ({"X-Team": "ours"}, ("stop",))
    assert lab.add_body == {"provider": {"order": ["a", "b"]}}
    chain = loaded.settings.captioning.chain
    assert [(step.source, step.connection, step.seconds) for step in chain] == [
        ("multimodal", "lab", 20.0),
        ("describe", "", 60.0),
    ]

    places.settings.write_text("captioning:\n  chain: [{source: chain}]\n")
    (problem,) = load(places).problems
    assert "captioning.chain must be a list of groups" in problem.line()
    assert "cannot be a chain" in problem.line()

    places.settings.write_text("captioning:\n  chain: [{source: local, second: 5}]\n")
    (problem,) = load(places).problems
    assert "unknown setting captioning.chain.second" in problem.line()
