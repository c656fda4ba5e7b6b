import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the receiver behaves to the next requests. */
export type Manner =
  | 'take'
  | 'hang'
  | 'cut'
  | 'redirect'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export interface Taken {
  readonly id: string;
  readonly body: {
    readonly id: string;
    readonly type: string;
    readonly seq: number;
    readonly test: boolean;
    /** Of an alarm event. */
    readonly alarm?: { readonly id: string; readonly code: string; readonly deviceId: string | null };
    /** Of a warning's. */
    readonly warning?: { readonly id: string; readonly level: string };
    readonly event: { readonly seq: number; readonly type: string };
  };
}

/** A user's webhook receiver that checks every signature and does what it is told to. */
export interface HookReceiver {
  readonly url: string;
  manner: Manner;
  /** Everything it said yes to, in order, repeats included. */
  readonly taken: readonly Taken[];
  /** Requests of every path: `/hook` or `/beat`, or where a redirect led. */
  readonly asked: Map<string, number>;
  readonly troubles: readonly string[];
  stop(): Promise<void>;
}

const FRESH_S = 300;

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => resolve(text));
    request.on('error', () => resolve(text));
  });
}

/** Written after the documentation, not after our code: what a receiver of the user's has to do. */
function wrongSignature(secret: string, request: IncomingMessage, body: string): string | null {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const seconds = Number(header('webhook-timestamp'));
  if (!(Math.abs(Date.now() / 1_000 - seconds) < FRESH_S)) return `stale timestamp ${header('webhook-timestamp')}`;
  const due = createHmac('sha256', secret)
    .update(`${header('webhook-id')}.${header('webhook-timestamp')}.${body}`)
    .digest();
  const given = Buffer.from(header('webhook-signature').replace(/^v1,/, ''), 'base64');
  return given.length === due.length && timingSafeEqual(given, due) ? null : `wrong signature ${header('webhook-signature')}`;
}

export async function startHookReceiver(secret: string, port = 0): Promise<HookReceiver> {
  const taken: Taken[] = [];
  const troubles: string[] = [];
  const asked = new Map<string, number>();
  const state: { manner: Manner } = { manner: 'take' };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const body = await bodyOf(request);
    const { manner } = state;
    if (manner === 'hang') return;
    if (manner === 'cut') return void request.socket.destroy();
    if (manner === 'redirect') return void response.writeHead(307, { location: '/elsewhere' }).end();
    if (typeof manner === 'object') return void response.writeHead(manner.status, manner.headers).end('no');
    if (path === '/hook') {
      const wrong = wrongSignature(secret, request, body);
      if (wrong !== null) troubles.push(wrong);
      taken.push({ id: String(request.headers['webhook-id']), body: JSON.parse(body) as Taken['body'] });
    }
    response.writeHead(204).end();
  }
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get manner() {
      return state.manner;
    },
    set manner(next: Manner) {
      state.manner = next;
    },
    taken,
    asked,
    troubles,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
