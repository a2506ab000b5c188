"""The limits of what one visitor may use, in one place."""

from __future__ import annotations

HEADER_S = 10.0
"""For a request to arrive, body and all, or a kept-alive connection to ask again."""
SEND_S = 10.0
"""For a peer to read what is sent to it."""
HELLO_S = 10.0
SILENT_S = 12.0
"""A peer that sends nothing for this long, in spite of pings, is gone."""
PING_S = 4.0
CLOSE_S = 2.0
"""For the peer's close frame to arrive after ours."""
MAX_BODY_BYTES = 64 * 1024
UPLOAD_S = 60.0
"""For a picture to arrive, over a slow link."""
UPLOAD_PAUSE_S = 3.0
"""Between two pictures of one visitor."""
MAX_UPLOADS = 4
"""Pictures that arrive or are read at the same time."""
MAX_UNREAD_BYTES = 16 * 1024 * 1024
UNREAD_S = 2.0
"""For a peer that was refused to finish its body: cut off earlier, it would not get the reason."""
MAX_FEED_BYTES = 4096
FEEDS_PER_S = 10.0
"""States that feeds may post to one room, together; pages are shown no more."""
FEEDS_BURST = 20.0
MAX_MESSAGE_BYTES = 32 * 1024
MAX_QUEUED_BYTES = 512 * 1024
MESSAGES_PER_S = 400.0
MESSAGES_BURST = 800.0
FLOOD_MESSAGES = 2000.0
"""Messages past the rate that are answered by `too_fast`; then the connection is closed."""
CONTROL_FRAMES_PER_S = 10.0
CONTROL_BURST = 50.0
"""Pings, pongs and empty fragments, which a normal peer sends rarely."""
LINK_BITS_PER_S = 5_000_000
"""What frames to one guest may use."""
MAX_ROOMS = 16
MAX_VISITORS_PER_ROOM = 128
"""Guests at most, whatever the setting `max-visitors`; programs of the staff come on top."""
MAX_WAITING_PER_ROOM = 64
"""In the queue of a full room."""
MAX_VISITORS_PER_ADDRESS = 40
"""Phones behind one router share an address, so this allows for a school class and its teachers."""
MAX_SNAPSHOTS = 4
"""In progress at a time, each of megabytes."""
SNAPSHOT_S = 60.0
"""For a snapshot to be made, and again for a peer to download it."""
LINES_PER_S, LINES_BURST = 0.5, 5.0
"""Of the chat, for each visitor."""
LINES_PER_ROOM_PER_S, LINES_PER_ROOM_BURST = 8.0, 24.0
"""More than anybody can read."""
MAX_JOINED_ROOMS = 8
"""Chat rooms of a visitor beside that of their web room."""
MAX_CHAT_ROOMS = 64
MAX_KEPT_LINES = 20
"""What a newcomer gets to read."""
MAX_SPEAKERS = 2000
MAX_CONNECTIONS = 600
MAX_CONNECTIONS_PER_ADDRESS = 120
