"""Macros whose value comes with the place where they are used: names, the card, the chat."""

from __future__ import annotations

from tui.domain.macros.declaration import Declaration

MACROS = (
    Declaration("user", "who you are; also <USER>"),
    Declaration("char", "the character; also <BOT>, <CHAR>"),
    Declaration("group", "the character; also <GROUP>", aliases=("charIfNotGroup",)),
    Declaration("groupNotMuted", "the character"),
    Declaration("notChar", "who else takes part: you"),
    Declaration("description", "the character's description"),
    Declaration("personality", "the character's personality"),
    Declaration("scenario", "the character's scenario"),
    Declaration("persona", "your own description"),
    Declaration("mesExamples", "the character's example dialogue", aliases=("mesExamplesRaw",)),
    Declaration("charPrompt", "the character's system prompt"),
    Declaration("charFirstMessage", "the character's greeting", aliases=("greeting",)),
    Declaration("systemPrompt", "the system prompt of the settings"),
    Declaration("original", "in a character's system prompt: the one it replaces; once"),
    Declaration("caption", "in the caption template: the caption"),
    Declaration("filename", "in caption prompts and templates: the picture's file name"),
    Declaration("language", "in caption prompts and templates: the language to caption in"),
    Declaration("lastMessage", "the chat's last message"),
    Declaration("lastUserMessage", "the last message of yours"),
    Declaration("lastCharMessage", "the last message of the character"),
    Declaration("lastMessageId", "the last message's number"),
    Declaration("firstDisplayedMessageId", "the first message's number"),
    Declaration("lastSwipeId", "how many swipes the last message has"),
    Declaration("currentSwipeId", "which of them is shown, from 1"),
    Declaration("allChatRange", "the numbers of all messages, such as 0-9"),
    Declaration("idleDuration", "how long ago you wrote last, in words"),
    Declaration("input", "what stands unsent in the prompt"),
    Declaration("model", "the chat's model"),
    Declaration("maxPrompt", "how many tokens of chat are sent at most"),
)
