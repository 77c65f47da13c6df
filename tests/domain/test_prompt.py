from __future__ import annotations

from dataclasses import replace

from tests.fakes.models import picture
from tui.domain.character import Character, Persona, greeting
from tui.domain.chat import Attachment, Message
from tui.domain.fate import Sight
from tui.domain.generation import Role, Turn
from tui.domain.prompt import Budget, build, estimate_tokens

CHARACTER = Character(
    "Mira", "{{char}} is a painter.", "curious", "A studio.", "Hi {{user}}!", "{{user}}: hey"
)
PERSONA = Persona("Ada", "{{user}} likes cats.")
PICTURE = Attachment("d" * 64, "cat.png", "image/png", 4, 2, caption="a cat")


def budget(tokens: int = 4000, send: str = "auto", *, sees: bool = False) -> Budget:
    sight = Sight("yes" if sees else "no")
    return Budget(tokens, send, sight, "[{{user}} shows {{caption}}]")  # type: ignore[arg-type]  # any mode


def message(text: str, role: Role = "user", **rest: object) -> Message:
    return Message("m", role, "Ada", text, 0.0, **rest)  # type: ignore[arg-type]  # as given


def test_macros_of_the_character_are_expanded_everywhere() -> None:
    prompt = build([], CHARACTER, PERSONA, "Be {{char}} for {{user}}.", budget())

    texts = [part.text for part in prompt.parts]
    assert texts == [
        "Be Mira for Ada.",
        "Mira is a painter.",
        "Mira's personality: curious",
        "Scenario: A studio.",
        "About Ada: Ada likes cats.",
        "Example dialogue:\nAda: hey",
    ]
    assert greeting(CHARACTER, PERSONA) == "Hi Ada!"


def test_a_characters_own_system_prompt_wins() -> None:
    own = Character("Mira", system_prompt="Own.")

    prompt = build([], own, Persona(), "Default.", budget())

    assert prompt.parts[0].text == "Own."


def test_what_people_wrote_is_not_expanded() -> None:
    prompt = build([(0, message("{{char}}"))], Character("Mira"), Persona(), "", budget())

    assert prompt.parts[0].text == "{{char}}"


def test_the_oldest_messages_are_left_out_and_the_last_never() -> None:
    long = [(index, message("x" * 400)) for index in range(10)]

    prompt = build(long, Character("M"), Persona(), "", budget(256))

    assert prompt.left_out == 8
    assert prompt.parts[-1].label == "#9 Ada"
    huge = build([(0, message("x" * 9000))], Character("M"), Persona(), "", budget(256))
    assert huge.left_out == 0
    assert len(huge.parts) == 1


def test_a_blind_model_gets_the_caption_only() -> None:
    shown = message("[Ada shows a cat]", attachments=(PICTURE,), templated=True)

    part = build([(0, shown)], Character("M"), Persona(), "", budget()).parts[0]

    assert part.text == "[Ada shows a cat]"
    assert part.images == ()
    assert part.captions == ("a cat",)


def test_a_seeing_model_gets_both() -> None:
    shown = message("[Ada shows a cat]", attachments=(PICTURE,), templated=True)
    image = picture()

    prompt = build([(0, shown)], Character("M"), Persona(), "", budget(sees=True))

    assert prompt.turns({image.digest: image}) == (Turn("user", "[Ada shows a cat]", (image,)),)
    assert prompt.digests == (image.digest,)


def test_send_picture_leaves_the_caption_out_and_nothing_leaves_both_out() -> None:
    shown = [(0, message("[Ada shows a cat]", attachments=(PICTURE,), templated=True))]
    who = Character("M")

    only = build(shown, who, Persona(), "", budget(send="picture", sees=True)).parts[0]
    none = build(shown, who, Persona(), "", budget(send="nothing", sees=True)).parts

    assert (only.text, only.images) == ("", ("d" * 64,))
    assert [part.text for part in none if part.images] == []


def test_a_caption_beside_a_text_comes_in_front_of_it() -> None:
    mine = message("What is it?", attachments=(PICTURE,))

    part = build([(0, mine)], Character("M"), PERSONA, "", budget()).parts[-1]

    assert part.text == "[Ada shows a cat]\n\nWhat is it?"


def test_a_picture_without_caption_is_at_least_named() -> None:
    bare = message("", attachments=(Attachment("d", "cat.png", "image/png", 4, 2),))

    part = build([(0, bare)], Character("M"), PERSONA, "", budget()).parts[-1]

    assert "cat.png" in part.text


def test_each_picture_goes_its_own_way_and_says_why() -> None:
    pictures = (
        replace(PICTURE, fate="picture"),
        replace(PICTURE, name="dog.png", digest="e" * 64, caption="a dog", fate="caption"),
        replace(PICTURE, name="owl.png", digest="f" * 64, caption="an owl", fate="nothing"),
    )
    mine = message("Who is it?", attachments=pictures)

    part = build([(0, mine)], Character("M"), PERSONA, "", budget(sees=True)).parts[-1]

    assert part.text == "[Ada shows a dog]\n\nWho is it?"
    assert (part.images, part.captions) == (("d" * 64,), ("a dog",))
    assert [(name, fate.reason) for name, fate in part.fates] == [
        ("cat.png", "picture: you chose so"),
        ("dog.png", "caption: you chose so"),
        ("owl.png", "nothing: you chose so"),
    ]


def test_a_templated_text_goes_with_the_first_picture_and_the_others_follow() -> None:
    other = replace(PICTURE, digest="e" * 64, caption="a dog")
    shown = message("[Ada shows a cat]", attachments=(PICTURE, other), templated=True)

    part = build([(0, shown)], Character("M"), PERSONA, "", budget()).parts[-1]

    assert part.text == "[Ada shows a cat]\n\n[Ada shows a dog]"


def test_a_message_of_which_nothing_is_sent_is_accounted_for_and_no_turn() -> None:
    hidden = message("", attachments=(replace(PICTURE, caption="", fate="nothing"),))

    prompt = build([(0, hidden)], Character("M"), Persona(), "", budget())

    assert prompt.parts[-1].fates[0][1].reason == "nothing: you chose so"
    assert prompt.turns({}) == ()


def test_a_picture_that_stays_here_is_told_to_a_model_elsewhere_by_its_caption() -> None:
    mine = message("Look", attachments=(replace(PICTURE, fate="both"),))
    away = Budget(4000, "both", Sight("yes", here=False, local_only=True), "[{{caption}}]")

    prompt = build([(0, mine)], Character("M"), Persona(), "", away)

    assert prompt.digests == ()
    assert prompt.parts[-1].text == "[a cat]\n\nLook"


def test_the_estimate_counts_wide_scripts_dearer() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("abcd" * 10) == 11
    assert estimate_tokens("世界") == 3


def numbered(number: int, caption: str = "", **rest: object) -> Attachment:
    return replace(PICTURE, digest=f"{number}", number=number, caption=caption, **rest)  # type: ignore[arg-type]  # as given


def test_a_single_picture_goes_without_its_id_until_somebody_uses_it() -> None:
    shown = message("look", attachments=(numbered(3, "a cat"),))

    plain = build([(0, shown)], Character("M"), Persona(), "", budget()).parts
    asked = [(0, shown), (1, message("What is in IMG3?"))]
    named = build(asked, Character("M"), Persona(), "", budget()).parts

    assert plain[0].text == "[You shows a cat]\n\nlook"
    assert [part.text for part in named] == ["img3: [You shows a cat]\n\nlook", "What is in IMG3?"]


def test_several_pictures_go_with_their_ids() -> None:
    both = message("look", attachments=(numbered(1, "a cat"), numbered(2)))
    made = message("[Ada shows a dog]", attachments=(numbered(4, "a dog"),), templated=True)

    who = Character("M")
    blind = build([(0, both), (1, made)], who, Persona(), "", budget()).parts
    seeing = build([(0, both), (1, made)], who, Persona(), "", budget(sees=True)).parts

    assert [part.text for part in blind] == [
        "img1: [You shows a cat]\n\nlook",
        "img4: [Ada shows a dog]",
    ]
    assert [part.text for part in seeing] == [
        "[enclosed: img1, img2]\n\nimg1: [You shows a cat]\n\nlook",
        "[enclosed: img4]\n\nimg4: [Ada shows a dog]",
    ]
    assert seeing[0].images == ("1", "2")


def test_a_picture_that_cannot_be_sent_is_named_with_its_id() -> None:
    lost = message("", attachments=(numbered(1), numbered(2, fate="nothing")))

    part = build([(0, lost)], Character("M"), Persona("Ada"), "", budget()).parts[0]

    assert part.text == "[Ada sends a picture that has no caption: img1 cat.png]"


def test_a_picture_without_an_id_is_not_named() -> None:
    old = message("img1?", attachments=(PICTURE, replace(PICTURE, digest="e")))

    part = build([(0, old)], Character("M"), Persona("Ada"), "", budget(sees=True)).parts[0]

    assert "img1:" not in part.text
    assert "enclosed" not in part.text


def test_what_is_hidden_and_comments_are_left_out_and_counted() -> None:
    chat = [
        (0, message("one")),
        (1, message("img1 is secret", hidden=True, attachments=(PICTURE, PICTURE))),
        (2, message("a note", "system", kind="comment")),
        (3, message("two", "assistant")),
    ]

    prompt = build(chat, Character("M"), Persona(), "", budget(sees=True))

    assert [part.text for part in prompt.parts] == ["one", "two"]
    assert (prompt.withheld, prompt.left_out, prompt.digests) == (2, 0, ())


def test_the_last_message_that_is_sent_is_never_left_out() -> None:
    chat = [(0, message("x" * 9000)), (1, message("y" * 9000, hidden=True))]

    prompt = build(chat, Character("M"), Persona(), "", budget(256))

    assert [part.label for part in prompt.parts] == ["#0 Ada"]


def test_a_narrator_has_a_turn_where_it_stands_apart_from_the_system_text() -> None:
    chat = [
        (0, message("hi")),
        (1, message("It rains.", "system", kind="narrator")),
        (2, message("Oh.", "assistant")),
    ]

    prompt = build(chat, Character("M", "A painter."), Persona(), "Be brief.", budget())

    assert prompt.turns({}) == (
        Turn("system", "Be brief.\n\nA painter."),
        Turn("user", "hi"),
        Turn("system", "It rains."),
        Turn("assistant", "Oh."),
    )
