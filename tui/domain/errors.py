"""The errors that a person can act on.

    AppError(message, hint)
    ├─ ConfigError(file, line, column, key)
    ├─ ImageError            not found, not an image, too large, no permission
    ├─ ClipboardError        the clipboard cannot be reached
    ├─ CommandError(column)  unknown command, bad argument, not available here
    ├─ StorageError
    ├─ CaptionError          a caption source that is not there or gave nothing
    └─ ProviderError(provider, status, retry_after)
       ├─ AuthError  QuotaError  RateLimited
       ├─ Overloaded > Loading         ImageRejected > ImageTooLarge
       ├─ ContextTooLong  ModelNotFound  Filtered  BadRequest
       └─ NetworkError  ProtocolError

Anything else that is raised is a bug of ours: it is logged with its traceback and shown as
"unexpected". Cancelling is not an error.
"""

from __future__ import annotations

from pathlib import Path


class AppError(Exception):
    """Something that went wrong in a way the person at the keyboard can act on."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened, one line without a full stop."""
        self.hint = hint
        """What to do next, one line; empty when there is nothing sensible to say."""

    def line(self) -> str:
        """The message and the hint as one line for a notice or for stderr."""
        text = f"{self.message}: {self.hint}" if self.hint else self.message
        return " ".join(text.split())


class ConfigError(AppError):
    """A settings file that cannot be read or holds a value that makes no sense."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        file: Path | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.at_line = line
        """Counted from 1."""
        self.at_column = column
        """Counted from 1."""
        self.key = key


class ImageError(AppError):
    """A picture that is missing, unreadable, no picture at all, or too large to open."""


class ClipboardError(AppError):
    """The system's clipboard cannot be reached from here."""


class CommandError(AppError):
    """A slash command that cannot be run as it was typed."""

    def __init__(self, message: str, *, hint: str = "", column: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.column = column
        """Where in the typed text, counted from 0."""
        self.place = ""
        """The same for people: "line 1, column 8"; empty while the text is not known."""

    def locate(self, text: str, name: str = "") -> None:
        """Say where it is in the text that was run; what was located already stays so.

        Args:
            text: What was run.
            name: Of the script, when it is another one than what was typed.
        """
        if not self.place:
            before = text[: self.column]
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            self.place = f"{f'{name}, ' if name else ''}line {line}, column {column}"

    def line(self) -> str:
        """The message, where, and the hint, as one line."""
        message = f"{self.message} ({self.place})" if self.place else self.message
        return " ".join((f"{message}: {self.hint}" if self.hint else message).split())


class StorageError(AppError):
    """The chats or pictures on disk could not be read or written."""


class CaptionError(AppError):
    """A caption source that is not available or that gave no caption."""


class ProviderError(AppError):
    """A chat model's server refused, failed or answered something unusable."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        provider: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.provider = provider
        self.status = status
        """HTTP status, or None when no answer came."""
        self.retry_after = retry_after
        """Seconds the server asked us to wait, or None."""


class AuthError(ProviderError):
    """The key is missing, wrong, or not allowed to do this."""


class QuotaError(ProviderError):
    """No credit left; retrying is pointless."""


class RateLimited(ProviderError):
    """Too many requests for now."""


class Overloaded(ProviderError):
    """The server is busy, still loading, or failed on its side."""


class Loading(Overloaded):
    """The server is reading its model; it will answer when that is done."""


class ContextTooLong(ProviderError):
    """The prompt does not fit the model."""


class ImageRejected(ProviderError):
    """The model or its server does not take this picture, or no pictures at all."""


class ImageTooLarge(ImageRejected):
    """The picture has too many bytes or pixels; a smaller one may be taken."""


class ModelNotFound(ProviderError):
    """The server does not know the model."""


class Filtered(ProviderError):
    """A safety filter refused the prompt or the answer."""


class BadRequest(ProviderError):
    """The server did not accept the request's form."""


class NetworkError(ProviderError):
    """No connection, a time-out, a TLS failure, or a connection that broke."""


class ProtocolError(ProviderError):
    """The answer was not of the protocol: a web page, torn JSON, a wrong address."""
