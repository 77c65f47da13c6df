"""What stays on disk: chats in SQLite, pictures as files, atomic writing."""
