import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../alert-ui/server/testing/manual-clock.ts';
import { MemoryRecords } from '../alert-ui/server/testing/memory-records.ts';
import type { Inbound } from '../model/ports/message-source.ts';
import type { LedgerLine } from '../model/ports/records.ts';
import type { Refusal } from '../model/rejection.ts';
import { type LedgerFeed, startLedgerFeed } from './ledger-feed.ts';

let records: MemoryRecords;
let feed: LedgerFeed;
beforeEach(() => {
  records = new MemoryRecords();
  feed = startLedgerFeed(records, new ManualClock());
});
afterEach(() => feed.stop());

function line(over: Partial<LedgerLine>): LedgerLine {
  const nothing = { topic: null, head: '', size: 0, detail: null, more: 0 };
  return { at: 0, device: 'd', enterprise: null, verdict: 'refused', reason: 'NOT_JSON', address: '10.0.0.1', ...nothing, ...over };
}
const stranger = (over: Partial<LedgerLine>): LedgerLine => line({ verdict: 'connect-refused', reason: 'CONNECT_UNKNOWN_USER', ...over });
const counted = (): number => records.ledgerCounts.reduce((sum, one) => sum + one.count, 0);

describe('refusals', () => {
  it('have ten lines a minute per device and reason, and are all counted', async () => {
    for (let n = 0; n < 25; n += 1) feed.refused(line({ at: n }));
    feed.refused(line({ at: 30, reason: 'TOO_DEEP' }));
    feed.refused(line({ at: 30, device: 'other' }));
    for (let n = 0; n < 3; n += 1) feed.refused(line({ at: 60_000 + n }));
    await feed.flush();
    expect(records.ledgerRows).toHaveLength(10 + 1 + 1 + 3);
    expect(counted()).toBe(30);
  });
});

describe('connections that were refused', () => {
  it('under ever new names of one address do not fill the ledger: a hundred lines a minute, the rest counted without a name', async () => {
    for (let n = 0; n < 5_000; n += 1) feed.connection(stranger({ at: n, device: `guess-${n}` }));
    feed.connection(stranger({ at: 5_000, device: 'ours', address: '10.0.0.2' }));
    await feed.flush();
    expect(records.ledgerRows).toHaveLength(101);
    expect(records.ledgerCounts).toHaveLength(102);
    expect(counted()).toBe(5_001);
    expect(feed.connections('ours')).toHaveLength(1);
  });

  it('are remembered for ten thousand names, and never push out who was let in', () => {
    feed.connection(line({ device: 'ours', verdict: 'connect-accepted', reason: null }));
    feed.connection(stranger({ device: 'first', address: 'a0' }));
    for (let n = 0; n < 10_000; n += 1) feed.connection(stranger({ at: 1, device: `guess-${n}`, address: `a${n}` }));
    expect(feed.connections('first')).toEqual([]);
    expect(feed.connections('guess-0')).toHaveLength(1);
    expect(feed.connections('ours')).toHaveLength(1);
  });

  it('stand among those that were not, newest first, the last twenty', () => {
    for (let n = 0; n < 30; n += 1)
      feed.connection(n % 2 === 0 ? stranger({ at: n }) : line({ at: n, verdict: 'connect-accepted', reason: null }));
    expect(feed.connections('d').map((one) => one.at)).toEqual(Array.from({ length: 20 }, (_, i) => 29 - i));
  });
});

describe('records that cannot take it', () => {
  it('lose lines, which is counted, and no count', async () => {
    const { append } = records.ledger;
    records.ledger.append = () => Promise.reject(new Error('disk full'));
    feed.refused(line({ at: 1 }));
    feed.refused(line({ at: 2 }));
    await feed.flush();
    expect(feed.status()).toEqual({ queued: 0, dropped: 2, failing: 'disk full', writing: false });
    records.ledger.append = append;
    feed.refused(line({ at: 3 }));
    await feed.flush();
    expect(feed.status()).toEqual({ queued: 0, dropped: 2, failing: null, writing: false });
    expect(records.ledgerRows.map((row) => row.at)).toEqual([3]);
    expect(counted()).toBe(3);
  });
});

describe('what was refused of a message', () => {
  function inbound(payload: string): Inbound {
    return {
      topic: 'beacon/v1/acme/T-1/telemetry',
      payload: new TextEncoder().encode(payload),
      publisher: {
        credential: 'T-1',
        kind: 'device',
        device: 'T-1',
        enterprise: 'acme',
        client: 'T-1',
        connection: 1,
        address: '127.0.0.1',
      },
      receivedAt: 5,
      qos: 1,
      packetId: 1,
      nth: 0,
      retain: false,
      ack: () => undefined,
      fail: () => undefined,
    };
  }

  it('has a line for each of the first ten of a reason, with the beginning of the payload, and is counted whole', async () => {
    const unknown: Refusal[] = Array.from({ length: 12 }, (_, i) => ({ code: 'UNKNOWN_MEASUREMENT', device: 'T-1', at: `key${i}` }));
    feed.refusedParts(inbound('{"key0":1}'), [
      ...unknown,
      { code: 'WRONG_TYPE', device: null, at: 'temp', detail: 'a number is expected' },
    ]);
    feed.refusedParts(inbound('{"key0":1}'), unknown);
    await feed.flush();
    expect(records.ledgerRows.map((row) => row.reason)).toEqual([...Array.from({ length: 10 }, () => 'UNKNOWN_MEASUREMENT'), 'WRONG_TYPE']);
    expect(records.ledgerRows[9]).toMatchObject({ device: 'T-1', enterprise: 'acme', head: '{"key0":1}', detail: 'key9', size: 10 });
    expect(records.ledgerRows[10]).toMatchObject({ device: 'T-1', detail: 'temp: a number is expected' });
    expect(counted()).toBe(25);
  });
});
