import { describe, expect, it } from 'vitest';
import type { Recording } from './recording.ts';
import { outsideRange, reportOf } from './report.ts';

const recording: Recording = {
  samples: [
    { atMs: 0, device: 'a', values: { temp: -20, 'cable_temp.2': 151 } },
    { atMs: 0, device: 'b', values: { temp: 20 } },
    { atMs: 1_000, device: 'a', values: { temp: 160 } },
    { atMs: 2_000, device: 'a', values: { temp: 160.1, other: 1e9 } },
    { atMs: 3_000, device: 'a', values: { temp: 591.21 } },
  ],
  devices: ['a', 'b'],
  rows: 4,
  emptyCells: 0,
  badCells: 0,
};

describe('report of a replay', () => {
  it('tells samples, values and messages apart: a backlog of the first moments is one message', () => {
    const report = reportOf(recording, {
      sent: 5,
      acknowledged: 5,
      messages: 3,
      messagesAcknowledged: 3,
      values: 7,
      valuesAcknowledged: 7,
    });
    expect(report).toEqual({
      samples: { recorded: 5, sent: 5, acknowledged: 5, lost: 0 },
      values: { recorded: 7, sent: 7, acknowledged: 7, lost: 0 },
      messages: { sent: 3, acknowledged: 3, lost: 0 },
    });
  });

  it('counts as lost what was recorded and not acknowledged, sent or not', () => {
    const report = reportOf(recording, {
      sent: 4,
      acknowledged: 2,
      messages: 3,
      messagesAcknowledged: 1,
      values: 5,
      valuesAcknowledged: 3,
    });
    expect(report.samples).toEqual({ recorded: 5, sent: 4, acknowledged: 2, lost: 3 });
    expect(report.values).toEqual({ recorded: 7, sent: 5, acknowledged: 3, lost: 4 });
    expect(report.messages).toEqual({ sent: 3, acknowledged: 1, lost: 2 });
  });

  it('says before the start which values the platform will mark, the ends of the range being inside', () => {
    const lines = outsideRange(recording, [
      { key: 'temp', ucum: 'Cel', range: [-20, 160] },
      { key: 'cable_temp', ucum: 'Cel', range: [-20, 150] },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines.find((line) => line.startsWith('temp: '))).toContain(
      "2 of 5 values (160.1 … 591.21) lie outside the profile's -20 … 160 Cel",
    );
    expect(lines.find((line) => line.startsWith('cable_temp.2: '))).toContain('1 of 1 values (151 … 151)');
  });
});
