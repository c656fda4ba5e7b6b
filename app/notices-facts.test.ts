import { describe, expect, it } from 'vitest';
import type { NoticesStatus } from '../store/notices/notices.ts';
import { noticesFacts } from './notices-facts.ts';

const CALM: NoticesStatus = {
  outbox: { waiting: 0, oldestAt: null, oldestForMs: 0, delivered: 0, failed: 0, refused: 0, trouble: null },
  lateMs: 0,
  told: true,
  untoldMs: 500,
  runningMs: 3_600_000,
  beats: 0,
  beatsFailed: 0,
  unheardMs: 0,
  beatTrouble: null,
  dead: null,
  deaths: 0,
};
const BOTH = { webhook: true, deadManMs: 60_000 };
const webhook = (more: Partial<NoticesStatus>, set = BOTH) => noticesFacts({ ...CALM, ...more }, set).webhook;

describe('what rings about the webhook', () => {
  it('nothing, while events go out', () => expect(webhook({ lateMs: 59_000 })).toBeNull());
  it('a thread that died before its first word, and one that hangs', () => {
    expect(webhook({ told: false, untoldMs: 61_000, dead: 'no such file' })).toBe('no such file');
    expect(webhook({ untoldMs: 61_000 })).toBe('its thread says nothing');
  });
  it('a receiver that is too slow rings without a break, whatever the last attempt met', () => {
    const late = { lateMs: 70_000 };
    expect(webhook({ ...late, outbox: { ...CALM.outbox, waiting: 9, trouble: 'HTTP 500' } })).toBe('HTTP 500');
    expect(webhook({ ...late, outbox: { ...CALM.outbox, waiting: 8, trouble: null } })).toBe('it takes them too slowly');
  });
  it('after a start it stays as it was until the thread has said something and had its time', () => {
    expect(webhook({ told: false, untoldMs: 100, runningMs: 100 })).toBeUndefined();
    expect(webhook({ lateMs: 3_600_000, runningMs: 2_000 })).toBeUndefined();
    expect(webhook({ lateMs: 3_600_000, runningMs: 2_000, outbox: { ...CALM.outbox, waiting: 1, trouble: 'ECONNREFUSED' } })).toBe(
      'ECONNREFUSED',
    );
    expect(webhook({ lateMs: 0, runningMs: 2_000 })).toBeNull();
  });
  it('is nothing to us when none is set', () =>
    expect(webhook({ told: false, untoldMs: 1e9, dead: 'x' }, { ...BOTH, webhook: false })).toBeNull());
});

describe('what rings about the outside dead-man', () => {
  const deadMan = (more: Partial<NoticesStatus>) => noticesFacts({ ...CALM, ...more }, BOTH).deadMan;
  it('three heartbeats missed, with a reason that is not ours', () => {
    expect(deadMan({ unheardMs: 179_000, beatTrouble: 'HTTP 503' })).toBeNull();
    expect(deadMan({ unheardMs: 181_000, beatTrouble: 'HTTP 503' })).toBe('HTTP 503');
    expect(deadMan({ unheardMs: 181_000, dead: 'out of memory' })).toBe('out of memory');
    expect(deadMan({ unheardMs: 181_000 })).toBeNull();
  });
});
