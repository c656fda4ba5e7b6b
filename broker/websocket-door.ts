import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer, createWebSocketStream } from 'ws';

const PATH = '/mqtt';
/** MQTT 3.1.1 clause 6.0 and, before it, 3.1. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1'];

export interface WebSocketDoorEvents {
  accept(stream: Duplex, address: string): void;
  /** A WebSocket message longer than allowed; the connection is being closed. */
  tooLong(stream: Duplex): void;
  /** False while there is nothing to accept connections. */
  isOpen(): boolean;
}

/**
 * MQTT over WebSocket at `/mqtt` of an HTTP server that others share: other paths are left alone.
 * Returns how to close the door again; the HTTP server stays as it was.
 */
export function openWebSocketDoor(httpServer: Server, maxMessageBytes: number, events: WebSocketDoorEvents): () => void {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    // Compression costs 300 kB a connection and opens the door to decompression bombs.
    perMessageDeflate: false,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (pathOf(request.url) !== PATH) return;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!events.isOpen()) return reject(socket, '503 Service Unavailable');
    // [MQTT-6.0.0-3]: the client must offer the subprotocol.
    if (!SUBPROTOCOLS.some((name) => offered.includes(name))) return reject(socket, '400 Bad Request');
    server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const stream = createWebSocketStream(webSocket);
      webSocket.on('error', (error: Error & { code?: string }) => {
        if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') events.tooLong(stream);
      });
      events.accept(stream, request.socket.remoteAddress ?? '');
    });
  }

  httpServer.on('upgrade', onUpgrade);
  return () => {
    httpServer.off('upgrade', onUpgrade);
    server.close();
  };
}

function pathOf(url: string | undefined): string {
  const text = url ?? '';
  const query = text.indexOf('?');
  return query < 0 ? text : text.slice(0, query);
}

function reject(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
