/** `npm run backtest`: rules tried on the history in a data folder, which a running platform may be writing meanwhile. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BacktestAlarm, BacktestResult } from '../../model/backtest.ts';
import { endOnClosedPipe } from '../../model/closed-pipe.ts';
import type { ConfigChange } from '../../model/entry.ts';
import { dataFolder } from '../data-folder.ts';
import { judgeAgain } from './judge.ts';
import { rulesOf, RulesFileError } from './rules-file.ts';

const USAGE = `usage: npm run backtest -- --from <time> --to <time> [--data <folder>] [--rules <file.yaml>] [--enterprise <id>] [--device <id>] [--json]

Judges the alarms of a period again, with rules of your own in force from its beginning, and says what is different.
Without rules it lists the alarms of the period. Of each: when it came, level, point and limit, worst value / limit, until when, how often told.
Times are ISO 8601 with an offset, or milliseconds since 1970. A rules file is a YAML list, or a
site file, of which its rules are taken:
  - { id: lower-l1, scope: enterprise, scopeId: haida, profileId: gas.combustible.point.industrial,
      measurement: lel, code: L1, parts: { setPoint: 20 } }
Exit code: 0 nothing is different, 1 something is, 2 it could not be done.`;

/** A platform that runs writes an entry every 5 s: a beginning later than this after `from` is one before which it did not run. */
const QUIET_MS = 60_000;

class UsageError extends Error {}

function timeOf(name: string, text: string | undefined): number {
  const at = text === undefined ? Number.NaN : /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(at)) throw new UsageError(`--${name} ${text ?? ''}: not a time`);
  return at;
}

function changesOf(file: string): readonly ConfigChange[] {
  try {
    return rulesOf(readFileSync(file, 'utf8'));
  } catch (error) {
    const line = error instanceof RulesFileError && error.at !== null ? `:${error.at}` : '';
    throw new UsageError(`${file}${line}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An alarm has the value of its last change of level, which may be on the way down: what a limit is tried for is how far it went. */
function shown({ alarm, annunciations }: BacktestAlarm): string {
  const point = [alarm.deviceId, alarm.measurement, alarm.channel].filter((part) => part !== null).join(' ');
  const until = alarm.returnedAt === null ? 'still true' : `until ${new Date(alarm.returnedAt).toISOString()}`;
  const value = `${alarm.peak?.value ?? alarm.value ?? '?'} / ${alarm.limit ?? '?'} ${alarm.unit ?? ''}`.trim();
  return `${new Date(alarm.raisedAt).toISOString()}  ${alarm.level.padEnd(6)}  ${point} ${alarm.code}  ${value}  ${until}  told ${annunciations.length}`;
}

function print(result: Omit<BacktestResult, 'tookMs'>): void {
  const list = (title: string, alarms: readonly string[]): void => {
    if (alarms.length > 0) console.log(`\n${title} ${alarms.length}\n${alarms.map((line) => `  ${line}`).join('\n')}`);
  };
  list('alarms', (result.alarms ?? []).map(shown));
  list('would have come', result.added.map(shown));
  list('would not have come', result.removed.map(shown));
  list(
    'would have gone another way',
    result.changed.flatMap((pair) => [shown(pair.before), `→ ${shown(pair.after)}`]),
  );
  const { before, after } = result;
  console.log(
    `\nas it was ${before.alarms} alarms, told ${before.annunciated}; with the rules ${after.alarms} (+${result.added.length} −${result.removed.length}), told ${after.annunciated}`,
  );
  console.log(`${result.entries} entries, ${result.values} values judged${result.cut ? '; the lists were cut' : ''}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      data: { type: 'string', default: process.env['BEACON_DATA_DIR'] ?? './data' },
      rules: { type: 'string' },
      enterprise: { type: 'string' },
      device: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const request = {
    from: timeOf('from', values.from),
    to: timeOf('to', values.to),
    changes: values.rules === undefined ? [] : changesOf(values.rules),
    ...(values.enterprise === undefined ? {} : { enterprises: [values.enterprise] }),
    ...(values.device === undefined ? {} : { device: values.device }),
  };
  let percent = -1;
  const folder = dataFolder(values.data);
  if (!existsSync(folder.journal)) throw new UsageError(`--data ${values.data}: no data folder, it has no journal`);
  const judged = await judgeAgain(folder, request, ({ share }) => {
    const now = Math.floor(share * 100);
    if (now === percent || !process.stderr.isTTY) return;
    percent = now;
    process.stderr.write(`\r${now} %`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r     \r');
  if (!judged.ok) {
    const { code, detail, change } = judged.failure;
    console.error(`${code}${change === undefined ? '' : ` (rule ${change + 1})`}: ${detail}`);
    return 2;
  }
  const { recordedFrom } = judged;
  const iso = (at: number): string => new Date(at).toISOString();
  if (recordedFrom === null) {
    console.error(
      `nothing was recorded between ${iso(request.from)} and ${iso(request.to)} in ${values.data} (--data, or BEACON_DATA_DIR, says where it is)`,
    );
    return 2;
  }
  if (recordedFrom - request.from > QUIET_MS) console.error(`nothing was recorded before ${iso(recordedFrom)}`);
  if (values.json) console.log(JSON.stringify(judged.result));
  else print(judged.result);
  return judged.result.added.length + judged.result.removed.length + judged.result.changed.length === 0 ? 0 : 1;
}

endOnClosedPipe(process);
try {
  process.exitCode = await main();
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  const usage =
    error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(usage ? `${said}\n\n${USAGE}` : said);
  process.exitCode = 2;
}
