import { describe, expect, it } from 'vitest';
import type { Inbound, PresenceChange, Publisher } from '../model/ports/message-source.ts';
import { createLoopback } from './loopback.ts';
import { HandClock } from './raw-client.testing.ts';

const publisher: Publisher = {
  credential: 'd1',
  kind: 'device',
  enterprise: 'e',
  device: 'd1',
  client: 'd1/c',
  connection: 1,
  address: 'loopback',
};

async function started(onMessage: (inbound: Inbound) => void) {
  const source = createLoopback();
  const presence: PresenceChange[] = [];
  await source.start(
    { onMessage, onPresence: (change) => presence.push(change), onRefused: () => {}, onAccepted: () => {} },
    new HandClock(),
  );
  return { source, presence };
}

describe('loopback', () => {
  it('answers with what became of the message', async () => {
    const { source } = await started((inbound) => (inbound.topic === 'good' ? inbound.ack() : inbound.fail()));
    expect(await source.publish(publisher, 'good', '{}')).toBe('acked');
    expect(await source.publish(publisher, 'bad', '{}')).toBe('failed');
    await source.stop();
    expect(await source.publish(publisher, 'good', '{}')).toBe('failed');
  });

  it('holds messages while paused and lets them go in order, also when it is paused again in between', async () => {
    const seen: number[] = [];
    const { source } = await started((inbound) => {
      seen.push(inbound.nth);
      if (inbound.nth === 1) source.pause();
      inbound.ack();
    });
    source.pause();
    const all = Promise.all([1, 2, 3].map(() => source.publish(publisher, 't', '{}')));
    expect(seen).toEqual([]);
    source.resume();
    expect(seen).toEqual([0, 1]);
    source.resume();
    expect(await all).toEqual(['acked', 'acked', 'acked']);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('tells presence and sends commands to those that are connected', async () => {
    const { source, presence } = await started((inbound) => inbound.ack());
    expect(await source.send('e', 'd1', 'x')).toBe(false);
    source.connect(publisher);
    expect(await source.send('e', 'd1', 'x')).toBe(true);
    source.disconnect('d1');
    expect(await source.send('e', 'd1', 'x')).toBe(false);
    expect(source.commands).toEqual([{ enterprise: 'e', device: 'd1', payload: 'x' }]);
    expect(presence.map(({ what }) => what)).toEqual(['connected', 'disconnected']);
  });

  it('brings the last will of one that was cut before the word of its end, and none of one that said goodbye', async () => {
    const seen: string[] = [];
    const { source, presence } = await started((inbound) => {
      seen.push(`${inbound.topic} ${inbound.nth} ${inbound.packetId} after ${presence.length}`);
      inbound.ack();
    });
    const will = { topic: 'status', payload: 'offline' };
    source.connect(publisher);
    source.cut(publisher, false, will);
    expect(seen).toEqual(['status -1 null after 1']);
    source.connect(publisher);
    source.cut(publisher, true, will);
    expect(seen).toHaveLength(1);
    expect(presence.map(({ what, clean }) => [what, clean])).toEqual([
      ['connected', false],
      ['disconnected', false],
      ['connected', false],
      ['disconnected', true],
    ]);
  });
});
