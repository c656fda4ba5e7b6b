import { describe, expect, it } from 'vitest';
import { type DeviceLink, NO_COUNTS } from '../link/device-link.ts';
import type { OutgoingSample } from '../link/payload.ts';
import { playReplay, type ReplayOptions } from './play-replay.ts';
import type { Recording } from './recording.ts';

const recording: Recording = {
  samples: [
    { atMs: -2_000, device: 'a', values: { temp: 20 } },
    { atMs: -2_000, device: 'b', values: { temp: 21 } },
    { atMs: 0, device: 'a', values: { temp: 22 } },
    { atMs: 3_000, device: 'a', values: { temp: 60 } },
  ],
  devices: ['a', 'b'],
  rows: 3,
  emptyCells: 1,
  badCells: 0,
};

/** Connections that write down what they are given and acknowledge it, or do not. */
function setUp(acknowledges = true): { options: ReplayOptions; sent: [string, OutgoingSample][]; stopped: string[] } {
  const sent: [string, OutgoingSample][] = [];
  const stopped: string[] = [];
  const openLink = ({ deviceId }: { deviceId: string }): DeviceLink => {
    let count = 0;
    return {
      send: (sample) => {
        count += 1;
        sent.push([deviceId, sample]);
      },
      setNetwork: () => {},
      counts: () => {
        const acknowledged = acknowledges ? count : 0;
        return {
          ...NO_COUNTS,
          sent: count,
          acknowledged,
          messages: 1,
          messagesAcknowledged: 1,
          values: count,
          valuesAcknowledged: acknowledged,
        };
      },
      stop: async () => {
        stopped.push(deviceId);
      },
    };
  };
  const credential = { username: 'u', password: 'p' };
  const credentials = new Map([
    ['a', credential],
    ['b', credential],
  ]);
  return {
    sent,
    stopped,
    options: { mqttUrl: 'mqtt://x', enterpriseId: 'e', recording, credentials, speed: 1_000, log: () => {}, openLink },
  };
}

describe('replay', () => {
  it('sends everything once, in order, stamped from now on and as far apart as the speed says', async () => {
    const { options, sent, stopped } = setUp();
    const replay = playReplay(options);
    await expect(replay.finished).resolves.toEqual({
      sent: 4,
      acknowledged: 4,
      messages: 2,
      messagesAcknowledged: 2,
      values: 4,
      valuesAcknowledged: 4,
    });
    expect(sent.map(([device, sample]) => [device, sample.values['temp']])).toEqual([
      ['a', 20],
      ['b', 21],
      ['a', 22],
      ['a', 60],
    ]);
    const begun = replay.wallAt(-2_000);
    expect(sent.map(([, sample]) => sample.ts - begun)).toEqual([0, 0, 2, 5]);
    expect(replay.wallAt(3_000) - replay.wallAt(0)).toBe(3);
    expect(stopped.toSorted()).toEqual(['a', 'b']);
  });

  it('stamps nothing ahead of the clock, however fast it plays', async () => {
    const { options } = setUp();
    const ahead: number[] = [];
    const many = Array.from({ length: 400 }, (_, i) => ({ atMs: i * 250, device: 'a', values: { temp: 20 } }));
    await playReplay({
      ...options,
      recording: { ...recording, samples: many },
      speed: 500,
      onSent: (_sample, sentAt) => ahead.push(sentAt - Date.now()),
    }).finished;
    expect(ahead).toHaveLength(400);
    // A stamp is rounded to the ms, and the two clocks of the machine round apart; the platform bears five seconds.
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2);
  });

  it('stops when asked, and says so with what it sent', async () => {
    const { options, sent } = setUp();
    const replay = playReplay({ ...options, speed: 0.001 });
    await replay.stop();
    expect(sent.length).toBeLessThanOrEqual(2);
    expect(sent.every(([, sample]) => sample.values['temp'] !== 22)).toBe(true);
  });

  it('refuses what cannot be played, before it opens a connection', () => {
    const { options } = setUp();
    expect(() => playReplay({ ...options, speed: 0 })).toThrow(/speed/);
    expect(() => playReplay({ ...options, credentials: new Map() })).toThrow(/credential for a/);
    expect(() => playReplay({ ...options, recording: { ...recording, samples: [] } })).toThrow(/no values/);
  });
});
