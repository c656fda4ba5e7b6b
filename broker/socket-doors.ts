import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsDoor } from './policy.ts';

/** Connections that come at once after our start wait in the kernel, not in retries. */
const BACKLOG = 4_096;
const HANDSHAKE_TIMEOUT_MS = 5_000;

export interface ListeningDoor {
  readonly port: number;
  /** Takes no further connection; those that exist stay. */
  close(): void;
}

export async function openTcpDoor(
  host: string,
  port: number,
  maxConnections: number,
  accept: (socket: Socket) => void,
): Promise<ListeningDoor> {
  const server = createServer({ noDelay: true }, accept);
  server.maxConnections = maxConnections;
  return listen(server, host, port);
}

/** @param failed a client that did not get through the handshake, with the reason. */
export async function openTlsDoor(
  host: string,
  tls: TlsDoor,
  maxConnections: number,
  accept: (socket: Socket) => void,
  failed: (reason: string, address: string) => void,
): Promise<ListeningDoor> {
  const server = createTlsServer(
    {
      cert: tls.cert,
      key: tls.key,
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      noDelay: true,
    },
    accept,
  );
  server.maxConnections = maxConnections;
  server.on('tlsClientError', (error, socket) => {
    failed(error.message, socket.remoteAddress ?? '');
    socket.destroy();
  });
  return listen(server, host, tls.port);
}

async function listen(server: Server, host: string, port: number): Promise<ListeningDoor> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    close: () => {
      server.close();
    },
  };
}
