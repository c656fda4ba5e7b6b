import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler } from 'express';

const pack = promisify(gzip);
/** What gets smaller; fonts and pictures are packed already. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

function wantsPacked(request: Request): boolean {
  const { range } = request.headers;
  return (request.method === 'GET' || request.method === 'HEAD') && range === undefined && request.acceptsEncodings('gzip') === 'gzip';
}

/**
 * Scripts and styles of one folder in gzip, for who takes it. Their names carry a digest of their content, so each is read and packed once
 * and kept; only what lies in the folder at the start is known, whatever a path may say. Everything else is left to the next handler.
 */
export function servePacked(folder: string): RequestHandler {
  const packed = new Map<string, Promise<Buffer> | null>(
    readdirSync(folder)
      .filter((name) => extname(name) in TYPES)
      .map((name) => [`/${name}`, null]),
  );
  const bodyOf = (path: string): Promise<Buffer> => {
    const known = packed.get(path);
    if (known !== null && known !== undefined) return known;
    const body = readFile(join(folder, path.slice(1))).then((text) => pack(text, { level: 9 }));
    packed.set(path, body);
    // A file that could not be read may be there the next time.
    body.catch(() => packed.set(path, null));
    return body;
  };
  return async (request, response, next) => {
    if (!packed.has(request.path)) return next();
    response.vary('accept-encoding');
    if (!wantsPacked(request)) return next();
    const body = await bodyOf(request.path);
    response.setHeader('content-type', TYPES[extname(request.path)] ?? 'application/octet-stream');
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('content-length', body.length);
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
