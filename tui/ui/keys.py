"""The keys as the help shows them: key, what it does, the command that does the same."""

from __future__ import annotations

KEYS: tuple[tuple[str, str, str], ...] = (
    ("Enter", "send; on the empty prompt: accept the offer, or ask for a reply", "/reply"),
    ("Ctrl+J", "new line (Shift+Enter and Alt+Enter where the terminal can)", ""),
    ("Tab", "take the suggestion", ""),
    ("Esc", "stop the reply, keep what came; close what is open", "/stop"),
    ("Up, Down", "at the edge of the prompt: what was sent before", ""),
    ("Ctrl+O", "attach a picture", "/attach"),
    ("Ctrl+V, Alt+V", "paste a picture or text from the clipboard", "/paste"),
    ("Ctrl+Z", "undo; right after a paste became pictures, make it text again", ""),
    ("@", "and letters of a file's name: attach a picture from the working folder", "/attach"),
    ("F", "on a waiting picture (Shift+Tab goes there): what the chat model gets", "/fate"),
    ("F3", "extensions: Generate Caption and more", "/extensions"),
    ("Ctrl+N", "new chat", "/new"),
    ("Ctrl+S", "chats", "/chats"),
    ("Ctrl+P", "everything that can be done", "/palette"),
    ("F1", "help", "/help"),
    ("F2", "settings", "/settings"),
    ("F4", "connections, and servers on this machine: who answers", "/connect"),
    ("Alt+Up, Alt+Down", "focus a message", "/goto"),
    ("C", "on a message: copy", "/copy"),
    ("E", "on a message: edit", "/edit"),
    ("R", "on a message: regenerate, or retry what failed", "/regenerate"),
    ("G", "on a message: continue", "/continue"),
    ("Delete", "on a message: delete", "/delete"),
    ("U", "on a message: undo", "/undo"),
    ("Space", "on a message: fold or unfold the reasoning", ""),
    ("PageUp, PageDown", "scroll; End follows the end again", ""),
    ("Ctrl+C", "copy the selection; twice: quit", "/copy"),
    ("Ctrl+Q", "quit", "/quit"),
)
