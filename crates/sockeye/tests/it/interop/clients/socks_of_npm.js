// The library socks by way of a proxy: `HOST PORT` of it, and of something that answers datagrams.

"use strict";

const dgram = require("dgram");
const net = require("net");
const { SocksClient } = require("socks");

const [host, port, farHost, farPort] = process.argv.slice(2);
const proxy = (type) => ({ host, port: Number(port), type });

/** Waits for a peer, which this is itself, and passes a word each way. */
function awaitPeer(type) {
  return new Promise((resolve, reject) => {
    const destination = { host: "127.0.0.1", port: 0 };
    const client = new SocksClient({ proxy: proxy(type), command: "bind", destination });
    let peer;
    client.on("error", reject);
    client.on("bound", ({ remoteHost }) => {
      peer = net.connect(remoteHost.port, remoteHost.host);
      peer.on("error", reject);
      peer.write("hello");
    });
    client.on("established", ({ socket, remoteHost }) => {
      socket.once("data", (hello) => {
        socket.write("welcome");
        peer.once("data", (welcome) => {
          const from = `${remoteHost.host} and ${peer.localAddress}`;
          console.log(`${type} connected from ${from}: ${hello}, ${welcome}`);
          socket.destroy();
          peer.destroy();
          resolve();
        });
      });
      socket.resume();
    });
    client.connect();
  });
}

/** Sends a datagram and waits for its answer. */
function sendDatagram() {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket("udp4");
    const destination = { host: "0.0.0.0", port: 0 };
    const client = new SocksClient({ proxy: proxy(5), command: "associate", destination });
    client.on("error", reject);
    client.on("established", ({ socket: control, remoteHost }) => {
      const far = { host: farHost, port: Number(farPort) };
      const frame = SocksClient.createUDPFrame({ remoteHost: far, data: Buffer.from("ahoy") });
      socket.on("message", (message) => {
        console.log(`datagram: ${SocksClient.parseUDPFrame(message).data}`);
        socket.close();
        control.destroy();
        resolve();
      });
      socket.send(frame, remoteHost.port, remoteHost.host);
    });
    client.connect();
  });
}

awaitPeer(5)
  .then(() => awaitPeer(4))
  .then(sendDatagram)
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
