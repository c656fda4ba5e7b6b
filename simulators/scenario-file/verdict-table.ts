/** A verdict as a table for people: the failed lines first, then what came and what stayed away. */
import type { Played } from './played.ts';
import type { Finding, Verdict } from './verdict.ts';

const SIGN: Readonly<Record<Finding, string>> = {
  came: 'ok',
  'kept-away': 'ok',
  missing: 'MISSING',
  forbidden: 'FORBIDDEN',
  unexpected: 'UNEXPECTED',
  trouble: 'TROUBLE',
};

/** @param how e.g. `on virtual time` */
export function verdictTable(name: string, played: Pick<Played, 'messages'>, verdict: Verdict, how: string): string {
  const rows = verdict.lines.map(({ finding, about, wanted, found }) => [SIGN[finding], about, wanted, found]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.filter((row) => row[3] !== '').map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  const bad = verdict.lines.filter((one) => !one.ok).length;
  const head = `${verdict.ok ? 'PASSED' : 'FAILED'}  ${name}  ${played.messages} messages ${how}`;
  const foot = verdict.ok ? [] : [`  ${bad} of ${verdict.lines.length} lines are not as the scenario says`];
  return [head, ...text, ...foot].join('\n');
}
