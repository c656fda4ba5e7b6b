import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import type { Platform } from '../../model/ports/platform.ts';
import { finishApproved } from './approvals/finish.ts';
import { Audit } from './http/audit.ts';
import { Idempotency } from './http/idempotency.ts';
import { errorHandler, mount } from './http/mount.ts';
import { StrangerAudit } from './http/stranger-audit.ts';
import { Turns } from './http/turns.ts';
import { mountRoot, mountWeb } from './http/root.ts';
import { securityHeaders } from './http/security-headers.ts';
import { mountWrongMethod } from './http/wrong-method.ts';
import { Hub } from './live/hub.ts';
import type { ServerOptions, ServerStatus } from './options.ts';
import { HttpProblem } from './problem.ts';
import { allRoutes } from './routes/all.ts';
import { SESSION_COOKIE } from './routes/session.ts';
import { Identities } from './sign-in/identity.ts';
import { Passwords } from './sign-in/passwords.ts';
import { randomText } from './sign-in/secrets.ts';
import { RecordsSessionStore } from './sign-in/session-store.ts';
import { BASE } from './describe/openapi.ts';

export type { ServerOptions, ServerStatus } from './options.ts';

export interface BeaconServer {
  /** The broker takes the upgrades at /mqtt of it. */
  readonly httpServer: HttpServer;
  /** Opens the door; the port it got. Rejects when the address cannot be bound. */
  start(host: string, port: number): Promise<number>;
  /** Closes every connection and ends every timer. */
  stop(): Promise<void>;
  status(): ServerStatus;
  /** For whoever changes accounts behind the server's back: its live connections end and its rights are read anew, tokens included. */
  accountChanged(name: string): void;
}

const COOKIE_KEY_SETTING = 'session-cookie-key';
/** How long requests under way may take to end at a stop. */
const STOP_GRACE_MS = 2_000;
const SWEEP_EVERY_MS = 3_600_000;
/** What waited too long for a second person. */
const EXPIRE_EVERY_MS = 60_000;

/** The HTTP and Socket.IO side of the platform. Nothing is open before `start`. */
export function createServer(platform: Platform, options: ServerOptions): BeaconServer {
  const { records, clock } = platform;
  const sessionStore = new RecordsSessionStore(records, clock);
  const identities = new Identities(records, clock, sessionStore);
  const audit = new Audit(records, clock, options.log);
  const strangers = new StrangerAudit(audit, clock);

  // The key that signs cookies is the installation's and comes from the records; the middleware stands before it is known.
  let sessionMiddleware: RequestHandler | null = null;
  const sessions: RequestHandler = (request, response, next) => {
    if (sessionMiddleware === null) next(new HttpProblem('unavailable', 'starting'));
    else sessionMiddleware(request, response, next);
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use(securityHeaders(options.secureCookies));
  const httpServer = createHttpServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, app);
  const connections = new Set<Socket>();
  httpServer.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  // Nobody takes these upgrades; without an answer they would hold their sockets for ever.
  httpServer.on('upgrade', (request, socket) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '/mqtt' || path.startsWith('/socket.io/')) return;
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  const hub = new Hub(httpServer, { platform, identities, sessionStore, session: sessions, log: options.log });
  const accountChanged = (name: string): void => {
    identities.forgetAccount(name);
    identities.forgetTokens();
    hub.endAccount(name);
  };
  const api = allRoutes({
    platform,
    demo: options.demo,
    mqttPort: options.mqttPort,
    identities,
    passwords: new Passwords(),
    accountChanges: new Turns(),
    strangers,
    sessionEnded: (idHash) => hub.endSession(idHash),
    endSession: async (idHash, line) => {
      await sessionStore.end(idHash, line);
      hub.endSession(idHash);
    },
    accountChanged,
    tokenEnded: (id) => hub.endToken(id),
    readSite: options.readSite,
    log: options.log,
  });

  const limitChanges = new Turns();
  /** In turn with whoever approves: what is under way is nothing that was left behind. */
  const finish = (): Promise<void> =>
    limitChanges
      .alone(() => finishApproved({ platform, kinds: api.kinds, log: options.log }))
      .catch((error: unknown) => options.log.error({ error: String(error) }, 'approvals left behind not read'));

  const router = express.Router({ caseSensitive: true });
  const mounting = {
    platform,
    options,
    identities,
    idempotency: new Idempotency(records, clock),
    audit,
    strangers,
    limitChanges,
  };
  for (const route of api.routes) mount(router, route, mounting);
  mountWrongMethod(router, api.routes);
  app.use('/metrics', sessions);
  mountRoot(app, platform, identities, api.routes);
  app.use(BASE, sessions, router);
  app.use('/api', () => {
    throw new HttpProblem('not-found', 'no such route; see /docs');
  });
  mountWeb(app, options);
  app.use(() => {
    throw new HttpProblem('not-found');
  });
  app.use(errorHandler(options));

  let cancelSweep = (): void => undefined;
  const sweep = (): void => {
    cancelSweep = clock.after(SWEEP_EVERY_MS, () => {
      records.sessions
        .removeExpired(clock.now())
        .catch((error: unknown) => options.log.warn({ error: String(error) }, 'ended sessions not swept'));
      void finish();
      sweep();
    });
  };

  let cancelExpiry = (): void => undefined;
  const expire = (): void => {
    cancelExpiry = clock.after(EXPIRE_EVERY_MS, () => {
      noteExpired();
      expire();
    });
  };
  const noteExpired = (): void =>
    void api.expiry.note().catch((error: unknown) => options.log.warn({ error: String(error) }, 'what waited too long not noted'));

  return {
    httpServer,
    accountChanged,
    status: () => ({ live: hub.status(), strangers: strangers.status() }),
    async start(host, port) {
      sessionMiddleware = session({
        name: SESSION_COOKIE,
        secret: await cookieKey(platform),
        store: sessionStore,
        genid: () => randomText(32),
        resave: false,
        saveUninitialized: false,
        // No max-age: the cookie ends with the browser, the session's own end is the server's. Secure wherever it was given over TLS, which
        // a proxy on this machine says (`trust proxy` above).
        cookie: { httpOnly: true, sameSite: 'strict', secure: options.secureCookies || 'auto', path: '/' },
      });
      await finish();
      await hub.start();
      await new Promise<void>((resolve, reject) => {
        httpServer.once('error', reject);
        httpServer.listen(port, host, () => {
          httpServer.off('error', reject);
          resolve();
        });
      });
      sweep();
      noteExpired();
      expire();
      return (httpServer.address() as AddressInfo).port;
    },
    async stop() {
      cancelSweep();
      cancelExpiry();
      api.stop();
      await hub.stop();
      const closed = new Promise<void>((resolve) => {
        if (httpServer.listening) httpServer.close(() => resolve());
        else resolve();
      });
      httpServer.closeIdleConnections();
      const cancel = clock.after(STOP_GRACE_MS, () => {
        for (const socket of connections) socket.destroy();
      });
      await closed;
      cancel();
      await strangers.stop();
    },
  };
}

async function cookieKey(platform: Platform): Promise<string> {
  const kept = await platform.records.settings.get(COOKIE_KEY_SETTING);
  if (kept !== null) return kept;
  const fresh = randomText(32);
  await platform.records.settings.put(COOKIE_KEY_SETTING, fresh);
  return fresh;
}
