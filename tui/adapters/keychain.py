"""A child process that asks the system's keychain, which may hang for minutes when locked.

Run by its path with the words `get NAME`, `set NAME` or `delete NAME`; the key goes over stdin
and stdout as JSON, never over the command line. Exit status 3: there is no keychain.
"""

from __future__ import annotations

import json
import sys

SERVICE = "salon"
NO_KEYCHAIN = 3


def main(arguments: list[str]) -> int:
    """Do one thing and say how it went."""
    import keyring
    import keyring.errors

    action, name = arguments
    try:
        if action == "set":
            keyring.set_password(SERVICE, name, json.loads(sys.stdin.read()))
        elif action == "delete":
            if keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)
        else:
            sys.stdout.write(json.dumps(keyring.get_password(SERVICE, name)))
    except keyring.errors.NoKeyringError:
        return NO_KEYCHAIN
    except Exception:  # noqa: BLE001 - backends raise what they like; a traceback could hold the key
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
