"""Servers that do wrong on purpose: each answer ends in one line, and the next one is whole."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.adapters.providers.support import HELLO, KEY, PICTURE, Naps, endpoint
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, client_of
from tests.fakes.wire import Send, answer, bytes_of, dripping, endless, head, raw_server
from tui.adapters import http as http_module
from tui.adapters import wire
from tui.adapters.captioners.extras import ExtrasCaptioner
from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http
from tui.adapters.imagers.generators import imager
from tui.adapters.providers import calls, listing
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.connector import ModelConnector
from tui.domain.errors import AppError, NetworkError, ProtocolError, ProviderError
from tui.domain.imagining import Wish

LOCAL = Origin("kitchen", "Kitchen", "127.0.0.1", local=True)
DEEP = b"[" * 100_000
NESTED = b'{"a":' * 900 + b"1" + b"}" * 900

