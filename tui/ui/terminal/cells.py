"""How large the terminal's cells are, as the system knows it."""

from __future__ import annotations


def measured(screen: int = 1) -> tuple[int, int]:
    """Width and height of a cell in pixels; zeros where the terminal does not keep it.

    Args:
        screen: File descriptor of the terminal.
    """
    try:
        import fcntl  # noqa: PLC0415 - not on every system
        import termios  # noqa: PLC0415 - likewise
        from struct import unpack  # noqa: PLC0415

        answer = fcntl.ioctl(screen, termios.TIOCGWINSZ, bytes(8))
    except (ImportError, OSError):
        return 0, 0
    rows, columns, width, height = unpack("HHHH", answer)
    return (width // columns, height // rows) if rows and columns else (0, 0)
