import { io, type Socket } from 'socket.io-client';
import type { Role } from '../../../model/actor.ts';
import { createAccount } from '../accounts.ts';
import type { ServerLog } from '../options.ts';
import { type BeaconServer, createServer } from '../server.ts';
import { packed, readSite, unpacked } from '../site-file/parse.ts';
import { FakePlatform } from './fake-platform.ts';

/** Passwords of the accounts every test has; no log, audit line or record may ever hold one. */
export const PASSWORD = 'correct horse battery staple';

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
  readonly text: string;
}

/** A server on a port of its own over a fake platform, with what is needed to use it as somebody. */
export class Served {
  readonly platform: FakePlatform;
  readonly server: BeaconServer;
  readonly url: string;
  readonly logged: string[];
  private readonly sockets: Socket[] = [];

  private constructor(platform: FakePlatform, server: BeaconServer, url: string, logged: string[]) {
    this.platform = platform;
    this.server = server;
    this.url = url;
    this.logged = logged;
  }

  static async open(platform = new FakePlatform(), webRoot: string | null = null): Promise<Served> {
    const logged: string[] = [];
    const write = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
    const log: ServerLog = { info: write, warn: write, error: write };
    const server = createServer(platform, {
      webRoot,
      demo: false,
      mqttPort: () => 1883,
      secureCookies: false,
      log,
      readSite: async (text) => unpacked(packed(readSite(text))),
    });
    const port = await server.start('127.0.0.1', 0);
    return new Served(platform, server, `http://127.0.0.1:${port}`, logged);
  }

  async account(name: string, role: Role, enterprises: readonly string[] | null = null, mustChangePassword = false): Promise<void> {
    await createAccount(this.platform.records, { name, password: PASSWORD, role, enterprises, mustChangePassword }, this.platform.clock);
  }

  /** Signs in and speaks as that account from then on, cookie and CSRF token included. */
  async as(username: string, password = PASSWORD): Promise<Person> {
    const answer = await this.request('POST', '/api/v1/session', { body: { username, password } });
    if (answer.status !== 200) throw new Error(`sign-in ${answer.status} ${answer.text}`);
    return new Person(this, cookieOf(answer), String(answer.body['csrfToken']));
  }

  async request(
    method: string,
    path: string,
    options: { body?: unknown; raw?: string; headers?: Record<string, string> } = {},
  ): Promise<Answered> {
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return { status: response.status, body: json ? (JSON.parse(text) as Record<string, unknown>) : {}, headers: response.headers, text };
  }

  /** A live client; not connected yet, so that a test hears everything. */
  live(options: { token?: string; cookie?: string; origin?: string; transports?: readonly ('websocket' | 'polling')[] }): Socket {
    const socket = io(this.url, {
      autoConnect: false,
      reconnection: false,
      forceNew: true,
      transports: [...(options.transports ?? ['websocket'])],
      ...(options.token === undefined ? {} : { auth: { token: options.token } }),
      extraHeaders: {
        ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
        ...(options.origin === undefined ? {} : { origin: options.origin }),
      },
    });
    this.sockets.push(socket);
    return socket;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    await this.server.stop();
  }
}

export function cookieOf(answer: Answered): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Somebody who is signed in. */
export class Person {
  readonly served: Served;
  readonly cookie: string;
  readonly csrf: string;
  constructor(served: Served, cookie: string, csrf: string) {
    this.served = served;
    this.cookie = cookie;
    this.csrf = csrf;
  }
  get(path: string): Promise<Answered> {
    return this.served.request('GET', `/api/v1${path}`, { headers: { cookie: this.cookie } });
  }
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    return this.served.request(method, `/api/v1${path}`, {
      ...(body === undefined ? {} : { body }),
      headers: { cookie: this.cookie, 'x-csrf-token': this.csrf, ...headers },
    });
  }
  async token(): Promise<string> {
    const answer = await this.send('POST', '/tokens', { name: 'board' });
    return String(answer.body['token']);
  }
}
