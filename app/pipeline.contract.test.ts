import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Publisher } from '../model/ports/message-source.ts';
import { createEngine } from '../rules/engine.ts';
import { openJournal } from '../store/journal/journal.ts';
import { systemClock } from './clock.ts';
import { createStamp } from './head.ts';
import { createPipeline } from './pipeline.ts';
import { createStages } from './stages.ts';
import { registryOf } from './registry.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beacon-pipeline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nobody = (): never => {
  throw new Error('not expected here');
};
const speaker = (n: number): Publisher => ({
  credential: `d${n}`,
  kind: 'device',
  enterprise: 'e',
  device: `d${n}`,
  client: `d${n}/c`,
  connection: n,
  address: '127.0.0.1',
});

it('thousands of connections that end in one instant are all journaled, each after its beginning, though the queue is full', async () => {
  const clock = systemClock();
  const engine = createEngine();
  const journal = await openJournal({
    folder: join(folder, 'journal'),
    maxBytes: 1e9,
    boot: 'b',
    queueMaxEntries: 200,
    queueMaxBytes: 1e8,
    reserveBytes: 65_536,
    onDeath: nobody,
  });
  const pipeline = createPipeline({
    engine,
    journal,
    clock,
    stamp: createStamp(clock, 'b'),
    registry: registryOf(engine.view),
    ledger: {
      accepted: nobody,
      refused: nobody,
      refusedParts: nobody,
      connection: () => undefined,
      recent: nobody,
      newestAccepted: nobody,
      connections: nobody,
      flush: nobody,
      status: nobody,
      stop: nobody,
    },
    router: {
      events: () => undefined,
      rules: () => undefined,
      warnings: () => undefined,
      samples: nobody,
      health: nobody,
      subscribe: nobody,
    },
    stages: createStages(() => 0),
    clockBelieved: () => true,
    onAnswer: nobody,
    onApplied: () => undefined,
  });
  const DEVICES = 4_000;
  for (const what of ['connected', 'disconnected'] as const) {
    for (let n = 0; n < DEVICES; n += 1) pipeline.presence({ publisher: speaker(n), what, clean: false, at: clock.now() });
  }
  await vi.waitFor(() => expect(journal.status().lastSeq).toBe(2 * DEVICES), { timeout: 60_000, interval: 20 });
  const heard = new Map<string, string[]>();
  let mono = 0;
  for await (const entries of journal.read(1)) {
    for (const entry of entries) {
      if (entry.kind !== 'presence') throw new Error(entry.kind);
      expect(entry.mono).toBeGreaterThanOrEqual(mono);
      mono = entry.mono;
      heard.set(entry.credential, [...(heard.get(entry.credential) ?? []), entry.what]);
    }
  }
  expect(heard.size).toBe(DEVICES);
  expect(new Set([...heard.values()].map((whats) => whats.join()))).toEqual(new Set(['connected,disconnected']));
  expect(pipeline.counters.unstored).toBe(0);
  await journal.close();
});
