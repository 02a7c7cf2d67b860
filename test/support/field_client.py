"""A client as the field has them, in plain Python: 4,096-byte buffers, one try, no checks.

    python3 field_client.py PORT FOLDER     registers the folder, serves it, and then does what its input says, a line each:
                                            list | fetch (what others have, into the folder) | end
"""

import hashlib
import os
import socket
import sys
import threading

server = ("127.0.0.1", int(sys.argv[1]))
folder = sys.argv[2]
files = {}
for name in os.listdir(folder):
    with open(os.path.join(folder, name), "rb") as file:
        files[hashlib.md5(file.read()).hexdigest()] = name

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", 0))
listener.listen()
port = listener.getsockname()[1]


def answer(connection):
    request = connection.recv(4096).decode()
    name = files.get(request[4:].strip())
    if name is not None:
        with open(os.path.join(folder, name), "rb") as file:
            connection.sendall(file.read())
    connection.close()


def serve():
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


threading.Thread(target=serve, daemon=True).start()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def ask(message):
    datagrams.sendto(message.encode(), server)
    return datagrams.recvfrom(4096)[0].decode()


def fetch(entry):
    digest, name, owner = entry.split(",")[0], ",".join(entry.split(",")[1:-1]), entry.split(",")[-1]
    address, owner_port = owner.split(":")
    connection = socket.socket()
    connection.connect((address, int(owner_port)))
    connection.send(("GET " + digest).encode())
    with open(os.path.join(folder, name), "wb") as file:
        while True:
            data = connection.recv(4096)
            if not data:
                break
            file.write(data)
    connection.close()


print(ask(f"REG abcdefghijklmnop {port} " + ";".join(f"{digest},{name}" for digest, name in files.items())), flush=True)
for line in sys.stdin:
    if line.strip() == "list":
        print(ask("LST"), flush=True)
    if line.strip() == "fetch":
        for entry in ask("LST").split(";"):
            if entry.split(",")[0] not in files:
                fetch(entry)
        print("fetched", flush=True)
    if line.strip() == "end":
        print(ask(f"END abcdefghijklmnop {port}"), flush=True)
        break
