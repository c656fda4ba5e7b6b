import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import type { Platform } from '../../../model/ports/platform.ts';
import { sees } from '../access.ts';
import { describeLive } from '../describe/asyncapi.ts';
import { mountDocs } from '../describe/docs-page.ts';
import { describeHttp } from '../describe/openapi.ts';
import type { ServerOptions } from '../options.ts';
import { HttpProblem } from '../problem.ts';
import type { Identities } from '../sign-in/identity.ts';
import { isLoopback } from '../sign-in/origin.ts';
import { identify } from './mount.ts';
import { servePacked } from './packed.ts';
import type { Route } from './route.ts';
import { mountWrongMethod } from './wrong-method.ts';

/** What stands outside the base: health, metrics, descriptions. */
export function mountRoot(app: Express, platform: Platform, identities: Identities, routes: readonly Route[]): void {
  app.use(['/healthz', '/readyz', '/metrics'], (_request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    next();
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', (_request, response) => {
    const ready = platform.ready();
    response.status(ready.ready ? 200 : 503).json({ ready: ready.ready, codes: ready.codes });
  });
  app.get('/metrics', async (request: Request, response: Response) => {
    if (!isLoopback(request.ip)) {
      const identity = await identify(request, identities);
      if (identity === null) throw new HttpProblem('not-signed-in');
      if (!sees(identity.actor, null)) throw new HttpProblem('not-allowed');
    }
    const text = await platform.metricsText();
    response.setHeader('content-type', text.contentType);
    response.end(text.body);
  });
  let openapi: string | null = null;
  app.get('/openapi.json', (_request, response) => {
    openapi ??= JSON.stringify(describeHttp(routes, platform.build));
    response.type('json').send(openapi);
  });
  let asyncapi: string | null = null;
  app.get('/asyncapi.json', (_request, response) => {
    asyncapi ??= JSON.stringify(describeLive(platform.build));
    response.type('json').send(asyncapi);
  });
  mountDocs(app);
  mountWrongMethod(
    app,
    ['/healthz', '/readyz', '/metrics', '/openapi.json', '/asyncapi.json', '/docs'].map((path) => ({ method: 'get', path })),
  );
}

/** A browser asks for HTML. What asks for anything (`curl`) is given the page at its own address, and no page for what is not there. */
function wantsPage(request: Request): boolean {
  if (request.accepts(['json', 'html']) === 'html') return true;
  return request.path === '/' && request.accepts('html') === 'html';
}

/** The web app: its files, and its page for every path that is a place inside it. */
export function mountWeb(app: Express, options: ServerOptions): void {
  const root = options.webRoot;
  if (root === null || !existsSync(join(root, 'index.html'))) return;
  // File names under assets carry a digest of their content.
  if (existsSync(join(root, 'assets'))) app.use('/assets', servePacked(join(root, 'assets')));
  app.use(
    '/assets',
    express.static(join(root, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false, index: false, redirect: false }),
  );
  app.use(
    express.static(root, { index: false, redirect: false, setHeaders: (response) => response.setHeader('cache-control', 'no-cache') }),
  );
  app.use((request, response, next) => {
    const page = (request.method === 'GET' || request.method === 'HEAD') && wantsPage(request) && !request.path.startsWith('/api/');
    if (!page) return next();
    response.setHeader('cache-control', 'no-cache');
    response.sendFile(join(root, 'index.html'));
  });
}
