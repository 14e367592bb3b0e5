"""A person at the Python library `irc`: does what each line read says, writes a line an event.

irc_of_pypi.py HOST PORT NICK PASSWORD
"""

import sys
import threading

import irc.client


class Person(irc.client.SimpleIRCClient):
    def obey(self):
        """Reads commands until there are no more; runs beside the library's loop."""
        do = self.connection
        for line in sys.stdin:
            verb, *rest = line.rstrip("\n").split(" ", 1)
            words = rest[0].split(" ") if rest else []
            if verb == "join":
                do.join(words[0])
            elif verb == "say":
                do.privmsg(words[0], " ".join(words[1:]))
            elif verb == "topic":
                do.topic(words[0], " ".join(words[1:]))
            elif verb == "mode":
                do.mode(words[0], " ".join(words[1:]))
            elif verb == "kick":
                do.kick(words[0], words[1], " ".join(words[2:]))
            elif verb == "part":
                do.part(words[0], ":" + " ".join(words[1:]))
            elif verb == "quit":
                do.quit(rest[0])
            else:
                sys.exit(f"no command: {line}")

    def on_welcome(self, *_):
        tell("registered")
        threading.Thread(target=self.obey, daemon=True).start()

    def on_loggedin(self, *_):
        tell("loggedin")

    def on_join(self, _, event):
        tell("join", event.source.nick, event.target)

    def on_pubmsg(self, _, event):
        tell("message", event.source.nick, event.target, event.arguments[0])

    on_privmsg = on_pubmsg

    def on_topic(self, _, event):
        tell("topic", event.source.nick, event.target, event.arguments[0])

    def on_mode(self, _, event):
        tell("mode", event.source.nick, event.target, *event.arguments)

    def on_kick(self, _, event):
        tell("kick", event.source.nick, event.target, *event.arguments)

    def on_part(self, _, event):
        tell("part", event.source.nick, event.target, *event.arguments)

    def on_quit(self, _, event):
        tell("quit", event.source.nick, *event.arguments)

    def on_login_failed(self, _, event):
        sys.exit(f"the login failed: {event.arguments}")

    def on_disconnect(self, *_):
        sys.exit(0)


def tell(*words):
    print(*words, flush=True)


host, port, nick, password = sys.argv[1:]
person = Person()
person.connect(host, int(port), nick, password=password, sasl_login=nick)
person.start()
