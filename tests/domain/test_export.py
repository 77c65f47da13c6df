from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.fakes.exported import ABOUT, CAT, IMAGE, MESSAGES, WRAPPED, whole
from tui.cli import arguments
from tui.domain.chat import Message, Swipe
from tui.domain.errors import CommandError
from tui.domain.export.containment import contained, fenced
from tui.domain.export.formats import FORMATS, chosen
from tui.domain.export.html_text import rendered
from tui.domain.export.markdown import escaped
from tui.domain.export.names import file_stem, picture_name
from tui.domain.export.parts import Shown
from tui.domain.safetext import clean

GOLDEN = Path(__file__).parent.parent / "data" / "export"
SNIPPETS = st.sampled_from([
    *("```", "~~~~", "`", "<b>", "</div>", "<!--", "-->", "<script>", "<details>", "![x](http://y)"),
    *("[a](javascript:x)", "[a](http://b \"c\")", "[r]: http://x", "[r]", "<http://x>", "\n\n"),
    *("\n", "    ", "\t", "- ", "> ", "1. ", "# ", "---\n", "| a | b |\n|:-:|---|\n", '"', "'"),
    *("&lt;", "&#60;", "\\", "*", "]]>", "<![CDATA[", "<?", "</article>", "text", "猫", "\x1b[0m"),
])  # fmt: skip
TEXTS = st.lists(SNIPPETS | st.text(max_size=6), max_size=14).map("".join)
TAGS = {
    *("a", "article", "bdi", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "h5", "h6"),
    *("hr", "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "time"),
    *("tr", "ul"),
}
ATTRIBUTES = {"class", "datetime", "dir", "href", "lang", "rel", "start", "tabindex"}
VOID = {"br", "hr", "img", "meta"}


class Reader(HTMLParser):
    """Reads a page and keeps what could do harm, and whether everything was closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.sources: list[str] = []
        self.alts: list[str] = []
        self.open: list[str] = []
        self.depths: list[int] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        given = dict(attrs)
        self.attributes |= given.keys()
        self.links += [given["href"] or ""] if "href" in given else []
        self.sources += [given["src"] or ""] if "src" in given else []
        self.alts += [given["alt"] or ""] if "alt" in given else []
        if tag == "article":
            self.depths.append(len(self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.seen["comment"] += 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_chat_with_everything_looks_like_its_golden_file(name: str) -> None:
    form = FORMATS[name]
    golden = (GOLDEN / f"chat{form.suffix}").read_text(encoding="utf-8")

    assert whole(form) == golden


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_that_a_terminal_obeys_is_in_a_file(name: str) -> None:
    text = whole(FORMATS[name])

    assert clean(text) == text


def test_the_page_holds_everything_and_loads_nothing() -> None:
    page = Reader(whole(FORMATS["html"]))

    assert page.open == []
    assert page.depths == [3] * len(MESSAGES)
    assert page.seen["img"] == 2
    assert all(each.startswith("data:image/png;base64,") for each in page.sources)
    assert page.alts == ['a cat [asleep] on a "red" <b>sofa</b>, {{user}} & 猫 �[31m'] * 2
    assert page.links == ["http://x/y.png"]
    assert page.seen["script"] == page.seen["iframe"] == page.seen["comment"] == 0
    assert "default-src 'none'" in whole(FORMATS["html"])


@given(TEXTS, TEXTS)
def test_any_message_stays_within_its_own_block_of_the_page(text: str, name: str) -> None:
    form = FORMATS["html"]
    two = [Message(str(n), "user", name, text, 0.0, status="partial", error=name) for n in (0, 1)]
    page = Reader("".join(piece for each in two for piece in form.message(ABOUT, each, ())))

    assert page.open == []
    assert page.depths == [0, 0]
    assert set(page.seen) <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(each.lower().startswith(("http://", "https://", "mailto:")) for each in page.links)


@given(TEXTS)
def test_a_caption_is_alternative_text_and_nothing_else(caption: str) -> None:
    picture = Shown(CAT.__class__("c" * 64, caption, "image/png", 1, 1, caption), "u", IMAGE)
    message = Message("0", "user", "Ann", "", 0.0)
    page = Reader("".join(FORMATS["html"].message(ABOUT, message, [picture])))

    assert page.open == []
    assert page.seen["img"] == 1
    assert page.alts == [picture.caption or picture.file]
    assert set(page.seen) <= TAGS | {"figure", "img", "figcaption", "b", "span"}


@given(TEXTS)
def test_any_message_stays_within_its_own_block_of_markdown(text: str) -> None:
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])
    tokens = parser.parse(f"{contained(clean(text))}\n\n---\n\n**Ann** said")

    assert [each.type for each in tokens[-4:]] == [
        *("hr", "paragraph_open", "inline", "paragraph_close")
    ]
    assert tokens[-4].level == 0
    kinds = [child.type for each in tokens for child in (each, *(each.children or ()))]
    assert not {"html_block", "html_inline"} & set(kinds)


@given(st.text(alphabet="abc *_`~[]<>#&|$\\!", min_size=1))
def test_an_escaped_line_reads_as_it_was(line: str) -> None:
    line = f"x{line}x"
    tokens = MarkdownIt("commonmark").parse(escaped(line))

    assert "".join(child.content for child in tokens[1].children or ()) == line
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("plain *text*", "plain *text*"),
        ("a\n```py\nx", "a\n```py\nx\n```"),
        ("~~~\nx\n```", "~~~\nx\n```\n~~~"),
        ("> ```\n> x", "> ```\n> x"),
        ("<!-- x\n```\n", "&lt;!-- x\n```\n```"),
        ("hi <b>x</b> `<b>` <b>", "hi &lt;b>x&lt;/b> `<b>` &lt;b>"),
        ("see <http://x.org>", "see <http://x.org>"),
        ("<details>\n\nfoo", "&lt;details>\n\nfoo"),
    ],
)
def test_only_what_would_swallow_the_next_message_is_changed(text: str, becomes: str) -> None:
    assert contained(text) == becomes


def test_a_block_of_code_is_longer_than_any_fence_in_it() -> None:
    assert fenced("a\n`````\nb") == "``````\na\n`````\nb\n``````"


def test_a_picture_within_a_link_is_its_words() -> None:
    page = Reader(rendered("[![a *b*](http://x/y.png)](https://q.org)"))

    assert page.links == ["https://q.org"]
    assert page.words[0] == "a b"


@given(st.lists(st.text(), max_size=4))
def test_texts_come_back_from_the_lines(texts: list[str]) -> None:
    form = FORMATS["jsonl"]
    messages = [Message(str(n), "user", "Ann", text, 0.0) for n, text in enumerate(texts)]
    whole_file = form.head(ABOUT) + "".join(
        piece for each in messages for piece in form.message(ABOUT, each, ())
    )
    lines = [json.loads(line) for line in whole_file.split("\n")]

    assert lines[0]["chat_metadata"] == {"salon": {"title": "Cats & <dogs>�[2J"}}
    assert [line["mes"] for line in lines[1:]] == [clean(text) for text in texts]


def test_a_captioned_picture_is_as_sillytavern_keeps_it() -> None:
    lines = [json.loads(line) for line in whole(FORMATS["jsonl"]).split("\n")]

    alone = lines[2]
    assert alone["mes"] == WRAPPED
    assert alone["send_date"] == "2026-05-28T20:27:40.000Z"
    assert alone["extra"] == {
        "media": [
            {
                "url": "chat-media/img2.png",
                "type": "image",
                "title": WRAPPED,
                "captioned": True,
                "source": "captioned",
            }
        ],
        "media_display": "gallery",
        "media_index": 0,
        "inline_image": False,
    }
    cat, dog = lines[4]["extra"]["media"]
    assert cat["append_title"] and dog["append_title"]
    assert "{{user}} & 猫" in cat["title"]
    assert dog["title"] == "[A*n*n sends Bot a picture that contains: a dog]"
    assert lines[8]["extra"]["media"] == [
        {"url": "", "type": "image", "title": "go�ne*.jpg", "source": "upload"}
    ]


@given(st.text())
def test_a_name_made_of_any_title_is_harmless(title: str) -> None:
    stem = file_stem(title)

    assert 0 < len(stem.encode()) <= 130
    assert clean(stem) == stem
    assert not set(stem) & set("/\\:*?\"'<>|$&;`!~ \n\t")
    assert not stem.startswith(("-", ".")) and not stem.endswith(".")
    assert ".." not in stem


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("../etc/passwd", "etc-passwd"),
        ("A cat & a dog", "A-cat-a-dog"),
        ("猫と犬", "猫と犬"),
        ("con", "chat-con"),
        ("…", "…"),
        ("??", "chat"),
    ],
)
def test_a_file_is_called_after_the_chat(title: str, stem: str) -> None:
    assert file_stem(title) == stem


def test_a_picture_is_called_by_its_number() -> None:
    assert picture_name("img3", 1, "image/jpeg") == "img3.jpg"
    assert picture_name("", 1, "image/png") == "picture1.png"


@pytest.mark.parametrize(
    ("name", "file", "form"),
    [
        ("", "", "markdown"),
        ("", "notes", "markdown"),
        ("", "a/b.HTML", "html"),
        ("", "x.jsonl", "jsonl"),
        ("", "x.txt", "text"),
        ("html", "x.md", "html"),
    ],
)
def test_the_ending_says_the_format_when_nobody_does(name: str, file: str, form: str) -> None:
    assert chosen(name, file).name == form


def test_an_unknown_ending_is_refused() -> None:
    with pytest.raises(CommandError, match=r"no format ends in '\.pdf'") as caught:
        chosen("", "chat.pdf")
    assert "markdown, html, jsonl, text" in caught.value.hint


def test_the_command_line_knows_the_formats() -> None:
    assert tuple(FORMATS) == arguments.FORMATS


def exported(message: Message, *pictures: Shown) -> dict[str, object]:
    [line] = FORMATS["jsonl"].message(ABOUT, message, pictures)
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("fields", "is_system", "kind"),
    [
        ({}, False, None),
        ({"hidden": True}, True, None),
        ({"role": "system", "kind": "narrator"}, False, "narrator"),
        ({"role": "system", "kind": "comment"}, True, "comment"),
    ],
)
def test_what_is_not_for_the_model_is_marked_in_every_format(
    fields: dict[str, object], is_system: bool, kind: str | None
) -> None:
    message = Message("0", "user", "A", "x", 0.0)
    for name, value in fields.items():
        setattr(message, name, value)
    row = exported(message)
    extra = row["extra"]
    assert isinstance(extra, dict)

    assert (row["is_system"], extra.get("type")) == (is_system, kind)
    words = {
        "narrator": "narrated",
        "comment": "a comment, not sent",
        None: "hidden from the model",
    }
    for name in ("markdown", "html", "text"):
        text = "".join(FORMATS[name].message(ABOUT, message, ()))
        assert "x" in text
        assert (words[kind] in text) == bool(fields)


def test_versions_are_swipes_with_pictures_of_their_own() -> None:
    dog = CAT.__class__("d" * 64, "dog.png", "image/png", 1, 1, number=7)
    message = Message("0", "assistant", "Bot", "one\x1b", 0.0, (CAT,), model="m", output_tokens=4)
    other = Swipe("two", 60.0, "Bot", (dog,), status="stopped", reasoning="hm")
    message.show((*message.versions, other, Swipe("three", 120.0)), 1)

    row = exported(message, Shown(CAT, "a/img2.png"), Shown(dog, "a/img7.png"))

    assert (row["mes"], row["swipe_id"]) == ("two", 1)
    assert row["swipes"] == ["one\ufffd", "two", "three"]
    info = row["swipe_info"]
    assert isinstance(info, list)
    first, second, third = info
    assert first["extra"]["model"] == "m"
    assert first["extra"]["media"][0]["url"] == "a/img2.png"
    assert second == {"send_date": row["send_date"], "extra": row["extra"]}
    assert second["extra"]["media"][0]["url"] == "a/img7.png"
    assert second["extra"]["salon"] == {"status": "stopped", "error": ""}
    assert third == {"send_date": "1970-01-01T00:02:00.000Z", "extra": {}}


def test_a_message_of_one_version_has_no_swipes() -> None:
    assert "swipes" not in exported(Message("0", "assistant", "Bot", "one", 0.0))


def test_variables_stand_in_the_header_as_text_and_numbers() -> None:
    variables = {"a": "x\x1b", "b": 2.5, "c": [1, {"d": None}], "e": True}
    head = json.loads(FORMATS["jsonl"].head(replace(ABOUT, variables=variables)))

    kept = {"a": "x\ufffd", "b": 2.5, "c": '[1,{"d":null}]', "e": "true"}
    assert head["chat_metadata"]["variables"] == kept
