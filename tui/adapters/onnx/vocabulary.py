"""From token ids to text, and text as it grows token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tui.adapters.onnx.jobs import JobError

Decode = Callable[[Sequence[int]], str]


def load(folder: Path) -> Decode:
    """Return what decodes ids, special tokens left out.

    Raises:
        JobError: The vocabulary is missing or broken.
    """
    file = folder / "tokenizer.json"
    try:
        if file.is_file():
            from tokenizers import Tokenizer

            fast = Tokenizer.from_file(str(file))
            return lambda ids: str(fast.decode(list(ids), skip_special_tokens=True))
        from transformers import AutoTokenizer

        slow = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # tokenizers raises plain Exception for every broken file
        raise JobError("the model's tokenizer cannot be read") from error
    return lambda ids: str(slow.decode(list(ids), skip_special_tokens=True))


class GrowingText:
    """Turns ids that grow into pieces of text that only ever get longer.

    A character may take several tokens, so what is not yet whole is held back; so are spaces at
    the end, because the caption has none there.
    """

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self.text = ""
        """All that was given out."""

    def add(self, ids: Sequence[int], *, last: bool) -> str:
        """Return what is new after one more token; with `last`, everything that is left."""
        whole = self._decode(ids).strip()
        if not last:
            whole = whole.rstrip("\ufffd").rstrip()
        if not whole.startswith(self.text):
            return ""
        new = whole[len(self.text) :]
        self.text = whole
        return new
