import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIRES } from '../evidence/first-fires.ts';
import { playFiresVirtually } from '../evidence/virtual-fires.ts';
import { repositoryRoot } from '../harness/platform-process.ts';

const recordings = process.env['BEACON_RECORDINGS'];
const folder = recordings === undefined ? null : join(recordings, 'fsri_compartments_visible');

/** First alarm and fire alarm of every thermocouple, as docs/evidence/first-fires.md has them from the run at 1 × over TCP. */
function measuredInLife(): ReadonlyMap<string, readonly (number | null)[]> {
  const page = readFileSync(join(repositoryRoot, 'docs/evidence/first-fires.md'), 'utf8');
  const [, embedded = ''] = /## Embedded store, 1 ×\n([\s\S]*?)\n## /.exec(page) ?? [];
  const time = (cell = ''): number | null => (cell === '–' ? null : Number(cell));
  return new Map(
    embedded
      .split('\n')
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .filter((cells) => FIRES.some((fire) => fire === cells[1]))
      .map((cells) => [`${cells[1] ?? ''} ${cells[2] ?? ''}`, [time(cells[4]), time(cells[5])]]),
  );
}

describe.skipIf(folder === null || !existsSync(folder))(
  'real fires on virtual time (needs BEACON_RECORDINGS, see docs/evidence/first-fires.md)',
  () => {
    it('give the same alarms as at 1 × over TCP, within a second', async () => {
      const inLife = measuredInLife();
      const run = await playFiresVirtually(folder ?? '', FIRES);
      expect(run.acknowledged).toBe(run.sent);
      expect(run.results).toHaveLength(inLife.size);
      expect(run.results).toHaveLength(32);
      for (const { fire, place, firstAlarmS, fireAlarmS, early } of run.results) {
        const measured = inLife.get(`${fire} ${place}`);
        expect(measured, `${fire} ${place}`).toBeDefined();
        expect(early).toBe(0);
        for (const [i, found] of [firstAlarmS, fireAlarmS].entries()) {
          const wanted = measured?.[i] ?? null;
          const what = `${fire} ${place}: ${found} s on virtual time, ${wanted} s in life`;
          expect(found === null, what).toBe(wanted === null);
          if (found !== null && wanted !== null) expect(Math.abs(found - wanted), what).toBeLessThanOrEqual(1);
        }
      }
    });
  },
);
