from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.fakes.images import InMemoryImages
from tui.adapters.storage.images import ImageFiles
from tui.domain.errors import StorageError
from tui.domain.image import Image, ImageFacts
from tui.services.ports import ImageStore

FACTS = ImageFacts("PNG", 10, 20, 300, 2, "2024-05-01T12:30:45", "Canon", (("k", "a\nü"),))
IMAGE = Image(b"\x89PNG data", "image/png", 5, 10, "ab" * 32, "cät.png", FACTS)


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    return ImageFiles(tmp_path / "images") if request.param == "files" else InMemoryImages()


async def test_a_picture_comes_back_whole(store: ImageStore) -> None:
    await store.put(IMAGE)
    await store.put(IMAGE)

    assert await store.get(IMAGE.digest) == IMAGE


@pytest.mark.parametrize("digest", ["cd" * 32, "", "../../etc/passwd", "AB" * 32, "ab" * 31])
async def test_what_is_not_there_is_none(store: ImageStore, digest: str) -> None:
    await store.put(IMAGE)

    assert await store.get(digest) is None


async def test_files_are_private_and_kept_once(tmp_path: Path) -> None:
    store = ImageFiles(tmp_path / "images")
    await store.put(IMAGE)
    await store.put(IMAGE)

    files = [each for each in (tmp_path / "images").rglob("*") if each.is_file()]
    assert {each.name for each in files} == {f"{IMAGE.digest}.png", f"{IMAGE.digest}.json"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


async def test_a_half_kept_picture_is_kept_again(tmp_path: Path) -> None:
    store = ImageFiles(tmp_path)
    await store.put(IMAGE)
    (tmp_path / "ab" / f"{IMAGE.digest}.json").write_text("{ torn")
    gone = await store.get(IMAGE.digest)

    await store.put(IMAGE)

    assert gone is None
    assert await store.get(IMAGE.digest) == IMAGE


async def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("in the way")

    with pytest.raises(StorageError):
        await ImageFiles(tmp_path / "images").put(IMAGE)


async def test_a_digest_of_another_shape_is_refused(tmp_path: Path) -> None:
    image = Image(b"x", "image/png", 1, 1, "../x", "x", FACTS)

    with pytest.raises(StorageError):
        await ImageFiles(tmp_path).put(image)
