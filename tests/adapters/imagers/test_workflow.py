from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.imagers import workflow
from tui.domain.errors import ConfigError
from tui.paths import shipped

SHIPPED = shipped("workflows")
NODE = {"class_type": "KSampler", "inputs": {"seed": "%seed%", "of": ["4", 0]}}


def graph(**inputs: object) -> workflow.Graph:
    return {"1": {"class_type": "Any", "inputs": inputs}}


def inputs(found: workflow.Graph) -> Any:
    return found["1"]["inputs"]


def test_the_plain_one_wants_what_every_wish_has() -> None:
    plain = workflow.load("", Path("nowhere"), SHIPPED)
    assert workflow.placeholders(plain) == {
        *("prompt", "negative_prompt", "model", "width", "height"),
        *("seed", "steps", "scale", "sampler", "scheduler", "denoise"),
    }
    links = [
        link[0]
        for node in plain.values()
        for link in node["inputs"].values()  # type: ignore[attr-defined]
        if isinstance(link, list)
    ]
    assert set(links) <= set(plain)


def test_a_value_stands_where_its_placeholder_stood() -> None:
    text = 'say "hi" \\ %seed% {{user}}\n'
    found = workflow.filled(
        graph(
            seed="%seed%", text="%prompt%", long="best, %prompt%, %seed%; 100%", deep=[["%seed%"]]
        ),
        {"seed": 7, "prompt": text},
    )
    assert inputs(found) == {
        "seed": 7,
        "text": text,
        "long": f"best, {text}, 7; 100%",
        "deep": [[7]],
    }


def test_what_stays_unknown_is_named() -> None:
    with pytest.raises(ConfigError, match="wants %lora%, %vae%, which has no value") as caught:
        workflow.filled(graph(a="%vae%", b="%lora%", c="%seed%"), {"seed": 1})
    assert "there are: seed" in caught.value.hint


def test_what_comfyui_fills_in_itself_is_left_to_it() -> None:
    names = {"a": "%year%", "b": "%date:yyyy%/x", "c": "%KSampler.seed%", "d": "a%b%c"}
    assert inputs(workflow.filled(graph(**names), {"seed": 1})) == names


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_text_arrives_as_it_is(prompt: str, negative: str) -> None:
    values = {"prompt": prompt, "negative_prompt": negative}
    found = workflow.filled(graph(a="%prompt%", b="%negative_prompt%"), values)
    assert inputs(json.loads(json.dumps(found))) == {"a": prompt, "b": negative}


@pytest.mark.parametrize("name", ["mine", "mine.json", " mine "])
def test_ones_own_is_found_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.json").write_text(json.dumps({"3": NODE}))
    assert workflow.load(name, tmp_path, SHIPPED) == {"3": NODE}
    path = str(tmp_path / "mine.json")
    assert workflow.load(path, Path("nowhere"), SHIPPED) == {"3": NODE}


def test_ones_own_may_stand_in_for_the_plain_one(tmp_path: Path) -> None:
    (tmp_path / "text-to-image.json").write_bytes(
        b"\xef\xbb\xbf" + json.dumps({"3": NODE}).encode()
    )
    assert workflow.load("", tmp_path, SHIPPED) == {"3": NODE}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"3": {"class_type": "A", "inputs": {"seed": %seed%}}}', "is no JSON"),
        ("", "is no JSON"),
        ('{"nodes": [], "links": []}', "editor's form"),
        ("[]", "is no workflow"),
        ("{}", "is no workflow"),
        ('{"3": {"inputs": {}}}', "is no workflow"),
        ('{"3": 4}', "is no workflow"),
        pytest.param(
            '{"1": {"class_type": "A", "x": ' + "[" * 700 + "]" * 700 + "}}",
            "nested too deeply",
            id="deep",
        ),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_none_says_why(tmp_path: Path, content: str | bytes, words: str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "mine.json").write_bytes(raw)
    with pytest.raises(ConfigError, match=words):
        workflow.load("mine", tmp_path, SHIPPED)


@pytest.mark.parametrize("name", ["nope", "/nowhere/nope.json", "~nobody/nope.json", "./nope.json"])
def test_one_that_is_not_there_says_where_to_put_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="there is no workflow") as caught:
        workflow.load(name, tmp_path, SHIPPED)
    assert str(tmp_path) in caught.value.hint


def test_a_folder_and_a_huge_file_are_none(tmp_path: Path) -> None:
    (tmp_path / "dir.json").mkdir()
    (tmp_path / "huge.json").write_bytes(b" " * 5_000_001)
    with pytest.raises(ConfigError, match="there is no workflow"):
        workflow.load("dir", tmp_path, SHIPPED)
    with pytest.raises(ConfigError, match="larger than 5 MB"):
        workflow.load("huge", tmp_path, SHIPPED)
