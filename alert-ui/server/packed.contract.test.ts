import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakePlatform } from './testing/fake-platform.ts';
import { Served } from './testing/served.ts';

const SCRIPT = 'export const words = "烽火台";\n'.repeat(500);
let served: Served;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'assets', 'app-1.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'app-1.css'), 'a{}');
  writeFileSync(join(folder, 'assets', 'font.woff2'), 'font');
  served = await Served.open(new FakePlatform(), folder);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

function ask(path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ status: number; body: Buffer; headers: Record<string, string | string[] | undefined> }>((resolve, reject) => {
    const { hostname, port } = new URL(served.url);
    const request = plainRequest({ hostname, port, path, headers, method, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts), headers: response.headers }));
    });
    request.on('error', reject).end();
  });
}

it('scripts and styles go out in gzip to who takes it, kept for a year, and are the same unpacked', async () => {
  for (const time of [1, 2]) {
    const { status, body, headers } = await ask('/assets/app-1.js', { 'accept-encoding': 'br, gzip' });
    expect([status, headers['content-encoding'], headers['vary'], time]).toEqual([
      200,
      'gzip',
      expect.stringMatching(/accept-encoding/i),
      time,
    ]);
    expect(headers['content-type']).toMatch(/^text\/javascript/);
    expect(headers['cache-control']).toMatch(/immutable/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body.length).toBeLessThan(SCRIPT.length / 10);
    expect(gunzipSync(body).toString()).toBe(SCRIPT);
  }
  const style = await ask('/assets/app-1.css', { 'accept-encoding': 'gzip' });
  expect([style.headers['content-encoding'], gunzipSync(style.body).toString()]).toEqual(['gzip', 'a{}']);
  const head = await ask('/assets/app-1.js', { 'accept-encoding': 'gzip' }, 'HEAD');
  expect([head.status, head.headers['content-encoding'], head.body.length]).toEqual([200, 'gzip', 0]);
});

it.each([
  ['asks for nothing', {}],
  ['refuses it', { 'accept-encoding': 'gzip;q=0, identity' }],
  ['takes another alone', { 'accept-encoding': 'br' }],
  ['asks for a part', { 'accept-encoding': 'gzip', range: 'bytes=0-9' }],
])('who %s gets the script as it is', async (_what, headers) => {
  const answer = await ask('/assets/app-1.js', headers);
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.headers['vary']).toMatch(/accept-encoding/i);
  expect(answer.body.toString()).toBe('range' in headers ? SCRIPT.slice(0, 10) : SCRIPT);
});

it('what is packed already stays as it is, and what is no file stays none', async () => {
  const font = await ask('/assets/font.woff2', { 'accept-encoding': 'gzip' });
  expect([font.status, font.headers['content-encoding'], font.body.toString()]).toEqual([200, undefined, 'font']);
  for (const path of ['/assets/nothing.js', '/assets/../index.html.js', '/assets/__proto__', '/assets/app-1.js/'])
    expect((await ask(path, { 'accept-encoding': 'gzip' })).status, path).not.toBe(200);
});
