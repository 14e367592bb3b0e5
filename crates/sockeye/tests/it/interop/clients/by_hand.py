"""What older clients do not do, by hand through TLS: SCRAM-SHA-256, metadata, labels, echoes, history.

by_hand.py HOST PORT AUTHORITY_FILE NICK PASSWORD

Talks in #harbour, says "ready" here, and answers there until somebody says "goodbye". Anything unexpected ends it with a traceback.
"""

import base64
import hashlib
import hmac
import os
import re
import socket
import ssl
import sys


class Line:
    """One line, cut as the Modern IRC document and message-tags say."""

    def __init__(self, text):
        self.text = text
        self.tags, self.source = {}, ""
        if text.startswith("@"):
            tags, text = text[1:].split(" ", 1)
            self.tags = dict(tag.partition("=")[::2] for tag in tags.split(";"))
        if text.startswith(":"):
            self.source, text = text[1:].split(" ", 1)
        middle, colon, last = text.partition(" :")
        self.command, *self.params = middle.split() + ([last] if colon else [])

    def __repr__(self):
        return self.text


class Connection:
    """Lines over TLS; whoever answers has to show a certificate of the authority."""

    def __init__(self, host, port, authority):
        sock = socket.create_connection((host, port), timeout=60)
        context = ssl.create_default_context(cafile=authority)
        self.sock = context.wrap_socket(sock, server_hostname=host)
        self.lines = self.sock.makefile("r", encoding="utf-8", newline="\r\n")

    def send(self, *lines):
        self.sock.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        text = self.lines.readline()
        assert text.endswith("\r\n"), f"closed after {text!r}"
        return Line(text[:-2])

    def wait(self, command):
        while (line := self.line()).command != command:
            assert line.command not in ("ERROR", "FAIL", "904"), line
        return line


def main():
    host, port, authority, nick, password = sys.argv[1:]
    server = Connection(host, int(port), authority)
    log_in(server, nick, password)
    server.send("JOIN #harbour")
    server.wait("366")
    metadata(server, nick)
    first = labelled_echoes(server, nick)
    labelled_replies(server)
    answer(server)
    pages(server, first)
    server.send("QUIT :by hand")
    server.wait("ERROR")


def log_in(server, nick, password):
    server.send("CAP LS 302", f"NICK {nick}", f"USER {nick} 0 * :By hand")
    offered = {}
    while True:
        line = server.wait("CAP")
        offered.update(cap.partition("=")[::2] for cap in line.params[-1].split())
        if line.params[2] != "*":
            break
    assert set(WANTED) <= set(offered), offered
    assert "SCRAM-SHA-256" in offered["sasl"].split(","), offered
    server.send("CAP REQ :" + " ".join(WANTED))
    assert server.wait("CAP").params[1] == "ACK"
    scram(server, nick, password)
    server.send("METADATA * SUB url", "METADATA * SET mood :salty", "CAP END")
    assert server.wait("770").params == [nick, "url"]
    assert server.wait("761").params[2:] == ["mood", "*", "salty"]
    server.wait("001")
    opened = server.wait("BATCH")
    assert opened.params[1:] == ["metadata", nick], opened
    assert [line.params for line in batch(server, opened)] == [[nick, nick, "mood", "*", "salty"]]


def scram(server, name, password):
    """Logs in by SCRAM-SHA-256 (RFC 7677), and has the server prove that it knows the password."""
    server.send("AUTHENTICATE SCRAM-SHA-256")
    assert server.wait("AUTHENTICATE").params == ["+"]
    nonce = base64.b64encode(os.urandom(18)).decode()
    client_first = f"n={name},r={nonce}"
    server_first = exchange(server, "n,," + client_first)
    said = dict(part.split("=", 1) for part in server_first.split(","))
    assert said["r"].startswith(nonce) and len(said["r"]) > len(nonce), said
    rounds = int(said["i"])
    assert rounds >= 4096, rounds
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(said["s"]), rounds)
    client_key = mac(salted, "Client Key")
    client_final = f"c=biws,r={said['r']}"
    signed = ",".join([client_first, server_first, client_final])
    signature = mac(hashlib.sha256(client_key).digest(), signed)
    proof = bytes(a ^ b for a, b in zip(client_key, signature))
    server_final = exchange(server, f"{client_final},p={base64.b64encode(proof).decode()}")
    expected = mac(mac(salted, "Server Key"), signed)
    assert server_final == f"v={base64.b64encode(expected).decode()}", server_final
    server.send("AUTHENTICATE +")
    assert server.wait("900").params[2] == name
    server.wait("903")


def exchange(server, text):
    server.send("AUTHENTICATE " + base64.b64encode(text.encode()).decode())
    return base64.b64decode(server.wait("AUTHENTICATE").params[0]).decode()


def mac(key, text):
    return hmac.new(key, text.encode(), "sha256").digest()


def metadata(server, nick):
    """Says something of itself in the newer draft, and is told what bo says in the older one."""
    opened = server.wait("BATCH")
    assert opened.params[1:] == ["metadata", "#harbour"], opened
    assert batch(server, opened) == []
    server.send("METADATA * SET url :https://ali.example/")
    assert server.wait("761").params == [nick, nick, "url", "*", "https://ali.example/"]
    assert server.wait("761").params == [nick, "bo", "url", "*", "https://bo.example/"]
    server.send("METADATA bo GET url mood")
    told = batch(server, server.wait("BATCH"))
    assert [line.command for line in told] == ["761", "766"], told


def labelled_echoes(server, nick):
    """Says three lines at once, and returns the msgid of the first."""
    texts = ["the ferry leaves at nine", "fähre nach Ærø", "it left early"]
    server.send(*(f"@label=say{n} PRIVMSG #harbour :{text}" for n, text in enumerate(texts)))
    echoes = [server.wait("PRIVMSG") for _ in texts]
    for n, (echo, text) in enumerate(zip(echoes, texts)):
        assert echo.source.startswith(nick + "!"), echo
        assert echo.params == ["#harbour", text], echo
        assert echo.tags["label"] == f"say{n}", echo
        assert echo.tags["account"] == nick, echo
        assert TIME.fullmatch(echo.tags["time"]), echo
    msgids = [echo.tags["msgid"] for echo in echoes]
    assert len(set(msgids)) == len(msgids) and all(msgids), msgids
    return msgids[0]


def labelled_replies(server):
    """One reply is labelled, several are a batch that is, none is ACK."""
    server.send("@label=one PING tide")
    assert server.wait("PONG").tags["label"] == "one"
    server.send("@label=none PONG tide")
    assert server.wait("ACK").tags == {"label": "none"}
    server.send("@label=many WHOIS bo")
    opened = server.wait("BATCH")
    assert opened.tags["label"] == "many" and opened.params[1] == "labeled-response", opened
    seen = batch(server, opened)
    assert [seen[0].command, seen[-1].command] == ["311", "318"], seen


def batch(server, opened):
    """Returns the lines of a batch, each of which has to say that it belongs to it."""
    reference = opened.params[0].removeprefix("+")
    seen = []
    while not ((line := server.line()).command == "BATCH" and line.params[0] == "-" + reference):
        assert line.tags["batch"] == reference, line
        seen.append(line)
    return seen


def answer(server):
    """Answers what is said with its msgid, until goodbye."""
    print("ready", flush=True)
    while (line := server.wait("PRIVMSG")).params[1] != "goodbye":
        server.send(f"@+draft/reply={line.tags['msgid']} PRIVMSG #harbour :you said: {line.params[1]}")
        assert server.wait("PRIVMSG").tags["+draft/reply"] == line.tags["msgid"]


def pages(server, first):
    """Reads the history of the channel backwards and forwards."""
    latest = history(server, "LATEST #harbour * 3")
    assert [line.params[1] for line in latest] == [
        "is it late?", "you said: is it late?", "goodbye"], latest
    after = history(server, f"AFTER #harbour msgid={first} 2")
    assert [line.params[1] for line in after] == ["fähre nach Ærø", "it left early"], after
    before = history(server, f"BEFORE #harbour msgid={after[0].tags['msgid']} 1")
    assert [line.tags["msgid"] for line in before] == [first], before


def history(server, asked):
    server.send("CHATHISTORY " + asked)
    opened = server.wait("BATCH")
    assert opened.params[1:] == ["chathistory", "#harbour"], opened
    return batch(server, opened)


TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
WANTED = ["account-tag", "batch", "draft/chathistory", "draft/metadata-3", "echo-message", "labeled-response",
          "message-tags", "sasl", "server-time"]

if __name__ == "__main__":
    main()
