"""A person at the Python library `pydle`, who says again what is said, until it is told to go.

pydle_of_pypi.py HOST PORT NICK
"""

import asyncio
import sys

import pydle


class Person(pydle.Client):
    async def on_connect(self):
        await super().on_connect()
        await self.join("#harbour")

    async def on_disconnect(self, expected):
        await super().on_disconnect(expected)
        # It would go on waiting for nothing.
        asyncio.get_running_loop().stop()

    async def on_channel_message(self, target, by, message):
        await super().on_channel_message(target, by, message)
        if by == self.nickname:
            return
        if message == "go":
            return await self.quit("as you like")
        await self.message(target, f"{by} said: {message}")

    async def on_private_message(self, target, by, message):
        await super().on_private_message(target, by, message)
        if by != self.nickname:
            await self.message(by, f"you said: {message}")


host, port, nick = sys.argv[1:]
Person(nick, realname="pydle").run(host, int(port), tls=False)
