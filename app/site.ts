import { createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { siteReport } from '../alert-ui/server/schema/site-file.ts';
import { endOnClosedPipe } from '../model/closed-pipe.ts';
import { helpAsked } from './help.ts';

/**
 * `npm run site -- export | import`: a site of a running platform as a file, and back. Speaks the same API as everybody, with an API token
 * from BEACON_TOKEN. Exit code 0: done; 1: the platform refused; 2: called wrongly, or nobody answered.
 */
const USAGE = `usage: npm run site -- export [--enterprise ID]… [--out FILE] [--url URL]
       npm run site -- import FILE [--dry-run] [--reason TEXT] [--url URL]
BEACON_TOKEN holds an API token; URL is http://127.0.0.1:3000 where none is given.
TEXT says why, where a device or hazard source of the file makes a mandatory limit less strict: a second person is asked then.
`;

const problem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

class Refused extends Error {}
class Unanswered extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      enterprise: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      reason: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const token = process.env['BEACON_TOKEN'];
  const [what, file, ...rest] = positionals;
  if (token === undefined || token === '' || rest.length > 0) throw new TypeError('BEACON_TOKEN, or one file alone, is wanted');
  const base = `${values.url.replace(/\/$/, '')}/api/v1/site-file`;
  const headers = { authorization: `Bearer ${token}` };
  if (what === 'export' && file === undefined) return exportSite(base, headers, values.enterprise, values.out ?? null);
  if (what === 'import' && file !== undefined) return importSite(base, headers, file, { dryRun: values['dry-run'], reason: values.reason });
  throw new TypeError('export or import is wanted');
}

async function exportSite(
  base: string,
  headers: Record<string, string>,
  enterprises: readonly string[],
  out: string | null,
): Promise<number> {
  const query = enterprises.length === 0 ? '' : `?enterprise=${encodeURIComponent(enterprises.join(','))}`;
  const response = await ask(`${base}${query}`, { headers });
  if (response.body === null) throw new Refused('the answer is empty');
  await pipeline(Readable.fromWeb(response.body), out === null ? process.stdout : createWriteStream(out));
  return 0;
}

async function importSite(
  base: string,
  headers: Record<string, string>,
  file: string,
  { dryRun, reason }: { readonly dryRun: boolean; readonly reason: string | undefined },
): Promise<number> {
  const body = readFileSync(file, 'utf8');
  const query = new URLSearchParams({ dryRun: String(dryRun), ...(reason === undefined ? {} : { reason }) });
  const response = await ask(`${base}?${query.toString()}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/yaml' },
    body,
  });
  const report = siteReport.parse(await response.json());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const { line, path, message } of report.problems) say(`${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`);
  for (const { line, section, id, what, fields, needsApproval, outcome } of report.items) {
    if (what === 'same') continue;
    const differs = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
    say(
      `${file}:${line}: ${what} ${section} ${id}${differs}${needsApproval ? ', by a second person' : ''}${outcome === null ? '' : `: ${outcome}`}`,
    );
  }
  for (const { username, password } of report.credentials) say(`credential ${username} ${password}`);
  const same = report.items.filter(({ what }) => what === 'same').length;
  say(
    report.written
      ? `done; ${same} things stood as they should`
      : dryRun
        ? `nothing was written; ${same} things stand as they should`
        : 'nothing was written',
  );
  const failed = report.items.some(({ outcome }) => outcome !== null && outcome !== 'done' && outcome !== 'waits');
  return report.problems.length > 0 || failed ? 1 : 0;
}

/**
 * The answer, or what the platform refused, as text.
 * @throws Unanswered where nobody answers there, with the address: `fetch failed` alone says neither where nor what to do.
 */
async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new Unanswered(`no platform answers at ${new URL(url).origin} (${why}); --url says where it is`);
  }
  if (response.ok) return response;
  if (response.status === 401) throw new Refused(`the platform at ${new URL(url).origin} does not take the token in BEACON_TOKEN`);
  const said = problem.safeParse(await response.json().catch(() => null));
  if (!said.success) throw new Refused(`HTTP ${response.status}`);
  const { title, detail, errors = [] } = said.data;
  throw new Refused(
    [`${title}${detail === undefined ? '' : `: ${detail}`}`, ...errors.map(({ path, message }) => `${path}: ${message}`)].join('\n'),
  );
}

endOnClosedPipe(process);
helpAsked(USAGE);
try {
  process.exitCode = await main();
} catch (error) {
  const called = error instanceof TypeError && !('cause' in error);
  process.stderr.write(called ? `${error.message}\n${USAGE}` : `${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Refused ? 1 : 2;
}
