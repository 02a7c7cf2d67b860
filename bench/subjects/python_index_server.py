"""A plain index server: the four words of the protocol over one UDP socket, one datagram each way.

What a competent person writes in an afternoon: a dictionary of registrations, a dictionary of images, and a loop that
receives, answers and sends. It is what the bench compares with, so it is neither slowed down nor tuned.

    python3 python_index_server.py      prints {"event": "listening", "port": N} and answers on 127.0.0.1
"""

import ipaddress
import json
import re
import socket
from dataclasses import dataclass, field

MAX_DATAGRAM = 65_535
# A listing is cut at whole entries to what the clients in the field receive.
MAX_LISTING = 4096
MAX_NAME = 1024
MAX_PASSWORD = 256
RECEIVE_BUFFER = 4 << 20

DIGEST = re.compile(r"[0-9a-fA-F]{32}")
OWNER = re.compile(r"([0-9.]+|\[[0-9a-fA-F:.]+\]):([0-9]{1,5})")

INVALID = "ERR INVALID_MESSAGE_FORMAT"
OTHER_PASSWORD = "ERR IP_REGISTERED_WITH_DIFFERENT_PASSWORD"
NOTHING = "ERR NO_IMAGES_AVAILABLE"


@dataclass(slots=True)
class Registration:
    password: str
    digests: list[str]


@dataclass(slots=True)
class Image:
    name: str
    # Owners in the order they came; a dictionary because removing from the middle of a list is slow.
    owners: dict[str, None] = field(default_factory=dict)


class Malformed(Exception):
    """The message is not one of the protocol's."""


def parse_port(text):
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65_535):
        raise Malformed
    return int(text)


def looks_like_owner(text):
    match = OWNER.fullmatch(text)
    if match is None:
        return False
    try:
        ipaddress.ip_address(match[1].strip("[]"))
    except ValueError:
        return False
    return 1 <= int(match[2]) <= 65_535


def parse_list(text):
    """The (digest, name) pairs of a list; one bad entry and the whole list is refused."""
    images = []
    for entry in text.split(";"):
        digest, comma, name = entry.partition(",")
        if not comma or not DIGEST.fullmatch(digest):
            raise Malformed
        if not name or "\0" in name or (len(name) > MAX_NAME // 4 and len(name.encode()) > MAX_NAME):
            raise Malformed
        if "," in name and looks_like_owner(name.rpartition(",")[2]):
            raise Malformed
        images.append((digest.lower(), name))
    return images


class Index:
    def __init__(self):
        self.registrations = {}
        self.images = {}

    def answer(self, message, address):
        try:
            text = message.decode("utf-8").strip()
        except UnicodeDecodeError:
            return INVALID
        if text == "LST":
            return self.listing()
        word, *fields = text.split(" ", 3)
        try:
            if word == "END" and len(fields) == 2:
                return self.end(address, *self.parse_peer(fields))
            if word == "REG" and len(fields) == 3:
                password, port = self.parse_peer(fields)
                return self.register(address, password, port, parse_list(fields[2]))
            if word == "UPD" and len(fields) == 3:
                password, port = self.parse_peer(fields)
                return self.update(address, password, port, parse_list(fields[2]))
        except Malformed:
            pass
        return INVALID

    @staticmethod
    def parse_peer(fields):
        password, port = fields[0], parse_port(fields[1])
        if not 1 <= len(password.encode()) <= MAX_PASSWORD:
            raise Malformed
        return password, port

    def register(self, address, password, port, images):
        peer = (address, port)
        known = self.registrations.get(peer)
        if known is not None and known.password != password:
            return OTHER_PASSWORD
        self.replace(peer, password, images)
        return f"OK {len(images)}_REGISTERED_IMAGES"

    def update(self, address, password, port, images):
        peer = (address, port)
        known = self.registrations.get(peer)
        if known is None or known.password != password:
            return OTHER_PASSWORD
        self.replace(peer, password, images)
        return f"OK {len(images)}_REGISTERED_FILES"

    def end(self, address, password, port):
        peer = (address, port)
        known = self.registrations.get(peer)
        if known is None or known.password != password:
            return OTHER_PASSWORD
        self.drop(peer, known.digests, keep=())
        del self.registrations[peer]
        return "OK CLIENT_FINISHED"

    def replace(self, peer, password, images):
        digests = list(dict(images))
        known = self.registrations.get(peer)
        if known is not None:
            self.drop(peer, known.digests, keep=set(digests))
        owner = f"{peer[0]}:{peer[1]}"
        for digest, name in images:
            image = self.images.get(digest)
            if image is None:
                image = self.images[digest] = Image(name)
            image.owners[owner] = None
        self.registrations[peer] = Registration(password, digests)

    def drop(self, peer, digests, keep):
        owner = f"{peer[0]}:{peer[1]}"
        for digest in digests:
            if digest in keep:
                continue
            image = self.images[digest]
            del image.owners[owner]
            if not image.owners:
                del self.images[digest]

    def listing(self):
        entries = []
        room = MAX_LISTING
        for digest, image in self.images.items():
            entry = f"{digest},{image.name},{','.join(image.owners)}"
            room -= len(entry) if entry.isascii() else len(entry.encode())
            if room < 0:
                break
            entries.append(entry)
            room -= 1
        return ";".join(entries) or NOTHING


def main():
    index = Index()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        server.bind(("127.0.0.1", 0))
        print(json.dumps({"event": "listening", "port": server.getsockname()[1]}), flush=True)
        while True:
            message, source = server.recvfrom(MAX_DATAGRAM)
            server.sendto(index.answer(message, source[0]).encode(), source)


if __name__ == "__main__":
    main()
