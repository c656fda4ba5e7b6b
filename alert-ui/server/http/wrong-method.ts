import type { IRouter, NextFunction, Request, Response } from 'express';
import { HttpProblem } from '../problem.ts';
import { expressPath } from './mount.ts';
import type { Route } from './route.ts';

/** Method by path, as `Route` has them. */
type Answered = readonly Pick<Route, 'method' | 'path'>[];

/**
 * Stands behind the routes: a path that answers other methods is told so, with `Allow` (RFC 9110, 15.5.6); what no path is goes on,
 * to 404. `OPTIONS` is answered with the same `Allow` (9.3.7).
 */
export function mountWrongMethod(router: IRouter, answered: Answered): void {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of answered) {
    const methods = byPath.get(path) ?? new Set();
    byPath.set(path, methods);
    methods.add(method.toUpperCase());
    if (method === 'get') methods.add('HEAD');
  }
  // A fixed path may also be one with a parameter (`/alarms/acknowledge`): the methods of all that fit are allowed.
  for (const [path, methods] of byPath) {
    router.all(expressPath(path), (_request: Request, response: Response, next: NextFunction) => {
      response.locals['allowed'] = [...allowedOf(response), ...methods];
      next();
    });
  }
  router.use((request: Request, response: Response, next: NextFunction) => {
    const allowed = [...new Set(allowedOf(response))].sort();
    if (allowed.length === 0) return next();
    response.setHeader('allow', allowed.join(', '));
    if (request.method !== 'OPTIONS') throw new HttpProblem('method-not-allowed', `allowed are ${allowed.join(', ')}`);
    response.status(204).end();
  });
}

function allowedOf(response: Response): readonly string[] {
  const held: unknown = response.locals['allowed'];
  return Array.isArray(held) ? held : [];
}
