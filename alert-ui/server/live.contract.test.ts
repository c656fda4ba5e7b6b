import { randomBytes } from 'node:crypto';
import { connect, type Socket as TcpSocket } from 'node:net';
import { once } from 'node:events';
import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlarmMessage, DeviceMessage, HeartbeatMessage, ReadingsMessage, SnapshotEvent } from '../protocol/live.ts';
import { liveSchemas } from './describe/asyncapi.ts';
import { FakePlatform } from './testing/fake-platform.ts';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    served.platform.device(`${id}-1`, id);
  }
  await served.account('admin', 'admin');
  await served.account('alice', 'viewer', ['a']);
  await served.account('bob', 'viewer', ['b']);
});
afterEach(async () => {
  await served.close();
  expect(served.platform.clock.waiting).toBe(0);
});

/** A board: hears everything, in order, and knows where it stands. */
class Board {
  readonly socket: Socket;
  readonly snapshots: SnapshotEvent[] = [];
  readonly events: (AlarmMessage | DeviceMessage)[] = [];
  readonly heartbeats: HeartbeatMessage[] = [];
  readonly readings: ReadingsMessage[] = [];
  /** Number of the last event it has; what `prev` is held against. */
  have = -1;
  gaps = 0;
  ended = '';
  private readonly waiting: { readonly ready: () => boolean; readonly resolve: () => void }[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('snapshot', (body: SnapshotEvent) =>
      this.hear(() => {
        liveSchemas.snapshot.parse(body);
        this.snapshots.push(body);
        this.have = body.seq;
      }),
    );
    for (const name of ['alarm', 'device'] as const) {
      socket.on(name, (body: AlarmMessage | DeviceMessage) =>
        this.hear(() => {
          liveSchemas[name].parse(body);
          if (body.prev !== this.have) this.gaps += 1;
          this.have = body.seq;
          this.events.push(body);
        }),
      );
    }
    socket.on('heartbeat', (body: HeartbeatMessage) => this.hear(() => this.heartbeats.push(body)));
    socket.on('readings', (body: ReadingsMessage) => this.hear(() => this.readings.push(body)));
    socket.on('connect_error', (error) => this.hear(() => (this.ended = error.message)));
    socket.on('disconnect', (reason) => this.hear(() => (this.ended = reason)));
  }
  private hear(note: () => void): void {
    note();
    for (const wait of this.waiting.splice(0)) {
      if (wait.ready()) wait.resolve();
      else this.waiting.push(wait);
    }
  }
  until(ready: () => boolean): Promise<void> {
    if (ready()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ ready, resolve }));
  }
  get seqs(): number[] {
    return this.events.map((event) => event.seq);
  }
}

async function board(name: string, options: { transports?: readonly ('websocket' | 'polling')[] } = {}): Promise<Board> {
  const person = await served.as(name);
  const opened = new Board(served.live({ cookie: person.cookie, ...options }));
  opened.socket.connect();
  await opened.until(() => opened.snapshots.length === 1 && opened.heartbeats.length === 1);
  // The one that comes with every snapshot; tests count those after it.
  opened.heartbeats.length = 0;
  return opened;
}

describe('who else is there', () => {
  const told = (one: Board): { readonly items: () => unknown } => {
    let items: unknown = null;
    one.socket.on('presence', (body: { items: unknown }) => {
      liveSchemas.presence.parse(body);
      items = body.items;
    });
    return { items: () => items };
  };
  /** Time goes on until it has come. */
  async function comes(fits: () => boolean): Promise<void> {
    for (let n = 0; n < 500 && !fits(); n += 1) {
      served.platform.clock.advance(200);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(fits()).toBe(true);
  }

  it('is told to those who may see the alarm that is looked at, until the board is closed', async () => {
    served.platform.raise(served.platform.alarm('a-0', 'a'));
    const [admin, alice, bob] = [await board('admin'), await board('alice'), await board('bob')];
    const [ofAdmin, ofAlice, ofBob] = [told(admin), told(alice), told(bob)];
    const same = (items: unknown, expected: unknown): boolean => JSON.stringify(items) === JSON.stringify(expected);
    admin.socket.emit('presence', { looking: 'a-0', audible: true });
    await comes(() => same(ofAlice.items(), [{ by: 'admin', looking: 'a-0', audible: false }]));
    // Who can be heard is for those who see everything; of what one may not see one is told nothing.
    await comes(() => same(ofAdmin.items(), [{ by: 'admin', looking: 'a-0', audible: true }]) && same(ofBob.items(), []));
    const later = await board('alice');
    const ofLater = told(later);
    for (const wrong of [null, { looking: 7 }, { looking: 'x'.repeat(65) }, { audible: 'yes' }]) admin.socket.emit('presence', wrong);
    admin.socket.emit('presence', { looking: null });
    await comes(() => same(ofLater.items(), []) && same(ofAdmin.items(), [{ by: 'admin', looking: null, audible: true }]));
    // Nobody is said to look at what he cannot see: others would wait for what he does.
    bob.socket.emit('presence', { looking: 'a-0' });
    alice.socket.emit('presence', { looking: 'a-0' });
    await comes(() => same(ofLater.items(), [{ by: 'alice', looking: 'a-0', audible: false }]));
    alice.socket.disconnect();
    await comes(() => same(ofLater.items(), []));
  });
});

describe('who may look', () => {
  it.each([
    ['nobody', {}],
    ['a made-up token', { token: 'bt_made-up-made-up-made-up-made-up' }],
    ['a made-up cookie', { cookie: 'beacon.sid=s%3Amade-up.signature' }],
  ])('is not %s', async (_who, options) => {
    const refused = new Board(served.live(options));
    refused.socket.connect();
    await refused.until(() => refused.ended !== '');
    expect([refused.ended, refused.snapshots]).toEqual(['not-signed-in', []]);
  });

  it('is not a page of another origin, signed in or not', async () => {
    const admin = await served.as('admin');
    const foreign = new Board(served.live({ cookie: admin.cookie, origin: 'http://evil.example' }));
    foreign.socket.connect();
    await foreign.until(() => foreign.ended !== '');
    expect(foreign.snapshots).toEqual([]);
  });

  it('is somebody with a token, over WebSocket and long polling', async () => {
    const token = await (await served.as('admin')).token();
    for (const transport of ['websocket', 'polling'] as const) {
      const opened = new Board(served.live({ token, transports: [transport] }));
      opened.socket.connect();
      await opened.until(() => opened.snapshots.length === 1);
      served.platform.raise(served.platform.alarm(`${transport}-0`, 'a'));
      await opened.until(() => opened.events.length === 1);
      expect(opened.gaps).toBe(0);
    }
  });

  it('stops looking when the session, the token or the rights end', async () => {
    const admin = await served.as('admin');
    const token = await admin.token();
    const [bySession, byToken] = [new Board(served.live({ cookie: admin.cookie })), new Board(served.live({ token }))];
    for (const one of [bySession, byToken]) {
      one.socket.connect();
      await one.until(() => one.snapshots.length === 1);
    }
    const id = ((await admin.get('/tokens')).body['items'] as { id: string }[])[0]?.id ?? '';
    await admin.send('DELETE', `/tokens/${id}`);
    await byToken.until(() => byToken.ended !== '');
    expect(bySession.ended).toBe('');
    await admin.send('DELETE', '/session');
    await bySession.until(() => bySession.ended !== '');

    const alice = await board('alice');
    await served.account('alice', 'viewer', ['b']);
    served.platform.clock.advance(15_000);
    await alice.until(() => alice.ended !== '');
    expect(alice.events).toEqual([]);
  });
});

describe('the server clock', () => {
  it('is there with the picture, before the next beat', async () => {
    const token = await (await served.as('alice')).token();
    const opened = new Board(served.live({ token }));
    opened.socket.connect();
    await opened.until(() => opened.heartbeats.length === 1);
    expect(opened.snapshots).toHaveLength(1);
    expect(opened.heartbeats[0]).toMatchObject({ epoch: 'epoch-1', seq: opened.have, at: served.platform.clock.now() });
  });
});

describe('events', () => {
  it('come in order, each once, and only to those who may see them', async () => {
    const [admin, alice, bob] = [await board('admin'), await board('alice'), await board('bob')];
    const { platform } = served;
    for (let n = 0; n < 200; n += 1) {
      if (n % 5 === 4) platform.presence(n % 2 === 0 ? 'a-1' : 'b-1', n % 3 === 0);
      else platform.raise(platform.alarm(`${n}-0`, n % 7 === 0 ? null : n % 2 === 0 ? 'a' : 'b'));
    }
    await admin.until(() => admin.have === 200);
    expect(admin.seqs).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    for (const [one, own] of [
      [alice, 'a'],
      [bob, 'b'],
    ] as const) {
      const expected = admin.events
        .filter((event) => ('alarm' in event ? event.alarm.enterpriseId === own : event.id === `${own}-1`))
        .map((event) => event.seq);
      await one.until(() => one.events.length === expected.length);
      expect([one.seqs, one.gaps]).toEqual([expected, 0]);
    }
    expect(admin.gaps).toBe(0);
    platform.clock.advance(5_000);
    await alice.until(() => alice.heartbeats.length > 0);
    expect(alice.heartbeats[0]).toMatchObject({ epoch: 'epoch-1', seq: 200, prev: alice.have, health: [], devices: { total: 1 } });
  });

  it('a flood is told at once to those who see everything, and to nobody else', async () => {
    const { platform } = served;
    const [admin, alice] = [await board('admin'), await board('alice')];
    const now = { number: 3, since: 1_000, endedAt: null, annunciated: 11, most: 11 };
    platform.view.flood = { now, last: null, inTenMinutes: 11 };
    platform.clock.advance(200);
    await admin.until(() => admin.heartbeats.length > 0);
    await alice.until(() => alice.heartbeats.length > 0);
    expect([admin.heartbeats[0]?.flood, alice.heartbeats[0]?.flood]).toEqual([platform.view.flood, undefined]);
    expect((await board('admin')).snapshots[0]?.flood?.now).toEqual(now);
    expect((await (await served.as('admin')).get('/floods')).body).toEqual({ ...platform.view.flood, items: [now] });
    expect((await (await served.as('alice')).get('/floods')).status).toBe(403);
  });

  it('snapshots count and list what one may see', async () => {
    const { platform } = served;
    platform.raise(platform.alarm('1-0', 'a', { level: 'red' }));
    platform.raise(platform.alarm('2-0', 'b', { level: 'red' }));
    platform.raise(platform.alarm('3-0', 'a', { level: 'blue', state: 'ACKED' }));
    platform.raise(platform.alarm('4-0', 'a', { level: 'red', test: true }));
    platform.presence('a-1', true);
    const alice = await board('alice');
    expect(alice.snapshots[0]).toMatchObject({
      epoch: 'epoch-1',
      seq: 5,
      counts: { open: { red: 1, orange: 0, yellow: 0, blue: 1 }, unacknowledged: { red: 1, blue: 0 } },
      devices: { online: 1, offline: 0, total: 1, inhibited: 0 },
    });
    expect(alice.snapshots[0]?.alarms.map((alarm) => alarm.id)).toEqual(['1-0', '3-0', '4-0']);
  });

  it('a snapshot of more than 500 goes on where the list goes on', async () => {
    const { platform } = served;
    for (let n = 0; n < 520; n += 1) platform.raise(platform.alarm(`${n}-0`, 'a'));
    const alice = await board('alice');
    const first = alice.snapshots[0];
    const rest = await (await served.as('alice')).get(`/alarms?state=open&cursor=${first?.next}`);
    const ids = [...(first?.alarms ?? []).map((alarm) => alarm.id), ...(rest.body['items'] as { id: string }[]).map((alarm) => alarm.id)];
    expect([first?.alarms.length, new Set(ids).size]).toEqual([500, 520]);
  });
});

describe('a viewer that was away', () => {
  it('is told exactly what it missed, whatever it may see', async () => {
    const { platform } = served;
    for (const name of ['admin', 'alice']) {
      const first = await board(name);
      platform.raise(platform.alarm(`${name}-before`, 'a'));
      await first.until(() => first.events.length === 1);
      const place = { epoch: 'epoch-1', seq: first.have };
      first.socket.disconnect();
      const begin = platform.view.eventSeq;
      for (let n = 0; n < 30; n += 1) platform.raise(platform.alarm(`${name}-${n}`, n % 3 === 0 ? 'b' : 'a'));
      const again = await board(name);
      again.have = place.seq;
      again.socket.emit('resume', place);
      const missed = Array.from({ length: 30 }, (_, n) => begin + 1 + n).filter((_, n) => name === 'admin' || n % 3 !== 0);
      await again.until(() => again.events.length >= missed.length);
      platform.raise(platform.alarm(`${name}-after`, 'a'));
      await again.until(() => again.events.length === missed.length + 1);
      expect([again.seqs, again.gaps]).toEqual([[...missed, platform.view.eventSeq], 0]);
    }
  });

  it('is told everything again ten times, and then the whole picture alone, however often it asks', async () => {
    const { platform } = served;
    const admin = await board('admin');
    const { seq } = admin.snapshots[0] ?? { seq: -1 };
    for (let n = 0; n < 100; n += 1) platform.raise(platform.alarm(`${n}-0`, 'a'));
    await admin.until(() => admin.events.length === 100);
    admin.events.length = 0;
    for (let asked = 0; asked < 500; asked += 1) admin.socket.emit('resume', { epoch: 'epoch-1', seq });
    await admin.until(() => admin.events.length === 1_000);
    // What comes meanwhile is in the picture, which comes with the next look.
    platform.raise(platform.alarm('last', 'a'));
    const told = (): boolean => admin.snapshots.some(({ alarms }) => alarms.some((alarm) => alarm.id === 'last'));
    for (let looks = 0; looks < 400 && !told(); looks += 1) {
      platform.clock.advance(200);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(told()).toBe(true);
    expect(admin.events).toHaveLength(1_000);
    expect(served.server.status().live.resumed).toBe(10);
  });

  it('is told that it missed nothing', async () => {
    const alice = await board('alice');
    served.platform.raise(served.platform.alarm('1-0', 'a'));
    served.platform.raise(served.platform.alarm('2-0', 'b'));
    await alice.until(() => alice.have === 1);
    alice.socket.emit('resume', { epoch: 'epoch-1', seq: 1 });
    await alice.until(() => alice.heartbeats.length > 0);
    expect([alice.heartbeats[0]?.prev, alice.heartbeats[0]?.seq, alice.snapshots.length]).toEqual([1, 2, 1]);
  });

  it.each([
    ['from another installation', { epoch: 'somewhere else', seq: 3 }],
    ['from the future', { epoch: 'epoch-1', seq: 1_000_000 }],
    ['that is none', { epoch: 'epoch-1', seq: 'x' }],
  ])('gets a snapshot for a place %s', async (_what, place) => {
    const admin = await board('admin');
    for (let n = 0; n < 5; n += 1) served.platform.raise(served.platform.alarm(`${n}-0`, 'a'));
    admin.socket.emit('resume', place);
    await admin.until(() => admin.snapshots.length === 2);
    expect(admin.snapshots[1]?.seq).toBe(5);
  });

  it('goes on across a restart of the server', async () => {
    const { platform } = served;
    for (let n = 0; n < 12; n += 1) platform.raise(platform.alarm(`${n}-0`, n % 2 === 0 ? 'a' : 'b'));
    const before = await board('alice');
    const place = { epoch: 'epoch-1', seq: 5 };
    before.socket.disconnect();
    await served.close();

    const next = new FakePlatform('epoch-2', platform.records, platform.clock);
    for (const id of ['a', 'b']) next.enterprise(id);
    next.view.eventSeq = platform.view.eventSeq;
    for (const alarm of platform.view.openAlarms()) next.view.alarms.set(alarm.id, alarm);
    served = await Served.open(next);
    const after = await board('alice');
    expect(after.snapshots[0]).toMatchObject({ epoch: 'epoch-2', seq: 11 });
    after.have = place.seq;
    after.socket.emit('resume', place);
    await after.until(() => after.events.length === 3);
    next.raise(next.alarm('new', 'a'));
    await after.until(() => after.have === 13);
    expect([after.seqs, after.gaps]).toEqual([[7, 9, 11, 13], 0]);
  });
});

describe('readings', () => {
  it('are the latest of what one subscribed to and may see, gathered', async () => {
    const alice = await board('alice');
    const { platform } = served;
    platform.sample('a-1', 1);
    alice.socket.emit('subscribe', { devices: ['a-1', 'b-1'], enterprises: ['b'] });
    // Answered in order, so the subscription has been heard when this is.
    alice.socket.emit('resume', { epoch: 'epoch-1', seq: 0 });
    await alice.until(() => alice.heartbeats.length === 1);
    platform.clock.advance(250);
    await alice.until(() => alice.readings.length === 1);
    for (let n = 2; n <= 100; n += 1) {
      platform.sample('a-1', n);
      platform.sample('b-1', n);
    }
    platform.clock.advance(1_000);
    await alice.until(() => alice.readings.length === 2);
    expect(alice.readings.map((message) => message.items.map((item) => [item[0], item[4]]))).toEqual([[['a-1', 1]], [['a-1', 100]]]);
    alice.socket.emit('unsubscribe', { devices: ['a-1'] });
    alice.socket.emit('resume', { epoch: 'epoch-1', seq: 0 });
    await alice.until(() => alice.heartbeats.length >= 2);
    platform.sample('a-1', 101);
    platform.clock.advance(1_000);
    alice.socket.emit('resume', { epoch: 'epoch-1', seq: 0 });
    const heard = alice.heartbeats.length;
    await alice.until(() => alice.heartbeats.length > heard);
    expect(alice.readings).toHaveLength(2);
  });
});

describe('what a viewer says', () => {
  it('is acknowledged to one that asks: whether it was understood, and after what it brought', async () => {
    const alice = await board('alice');
    const asks = async (event: string, ...body: unknown[]): Promise<unknown> => await alice.socket.emitWithAck(event, ...body);
    expect([
      await asks('subscribe', { devices: ['a-1'] }),
      await asks('subscribe', { devices: 'a-1' }),
      await asks('subscribe'),
      await asks('unsubscribe', { devices: ['a-1'] }),
      await asks('presence', { audible: true }),
      await asks('presence', 5),
      await asks('resume-warnings'),
    ]).toEqual([true, false, false, true, true, false, true].map((ok) => ({ ok })));
    served.platform.raise(served.platform.alarm('missed', 'a'));
    await alice.until(() => alice.events.length === 1);
    expect([await asks('resume', { epoch: 'epoch-1', seq: alice.have - 1 }), alice.events.length]).toEqual([{ ok: true }, 2]);
    expect(await asks('resume', 'nonsense')).toEqual({ ok: false });
    await alice.until(() => alice.snapshots.length === 2);
  });

  it('is acknowledged no more than two hundred times in ten seconds', async () => {
    const alice = await board('alice');
    let told = 0;
    for (let n = 0; n < 300; n += 1) alice.socket.emit('subscribe', { devices: [] }, () => (told += 1));
    alice.socket.emit('resume', { epoch: 'epoch-1', seq: 0 });
    await alice.until(() => alice.heartbeats.length === 1);
    expect(told).toBe(200);
  });
});

describe('a viewer that wishes without end', () => {
  it('is sent away, and one that scrolls through all it may see is not', async () => {
    const [greedy, scrolling] = [await board('admin'), await board('admin')];
    const names = Array.from({ length: 5_000 }, (_, n) => `d-${n}`);
    for (let n = 0; n < 40; n += 1) greedy.socket.emit('subscribe', { devices: names });
    await greedy.until(() => greedy.ended !== '');
    for (let n = 0; n < 1_000; n += 1) {
      scrolling.socket.emit('subscribe', { devices: names.slice(n, n + 40) });
      scrolling.socket.emit('unsubscribe', { devices: names.slice(n, n + 40) });
    }
    // Answered in order, so all of it has been heard when this is.
    scrolling.socket.emit('resume', { epoch: 'epoch-1', seq: 0 });
    await scrolling.until(() => scrolling.heartbeats.length === 1);
    expect([scrolling.ended, served.server.status().live.disconnectedGreedy]).toEqual(['', 1]);
  });
});

describe('a browser that stops reading', () => {
  it('costs bounded memory, holds up nobody, and gets a fresh snapshot when it reads again', async () => {
    const { platform, server } = served;
    const token = await (await served.as('admin')).token();
    const healthy = await board('admin');
    const frozen = await FrozenViewer.connect(served.url, token);
    expect(server.status().live.viewers).toBe(2);
    frozen.stopReading();

    // 80 MB and more towards it, in alarms as large as they come.
    const padding = 'x'.repeat(8_000);
    let most = 0;
    let sent = 0;
    for (let n = 0; sent < 90_000_000; n += 1) {
      platform.raise(platform.alarm(`${n}-0`, 'a', { code: padding, state: 'NORM' }));
      sent += 8_000;
      if (n % 200 === 199) {
        await healthy.until(() => healthy.have === platform.view.eventSeq);
        platform.clock.advance(200);
        most = Math.max(most, server.status().live.pendingBytes);
      }
    }
    expect(server.status().live).toMatchObject({ behind: 1, droppedToSnapshot: 1 });
    // The bound, what one look may be late by, and what the kernel took.
    expect(most).toBeLessThan(12 * 1024 * 1024);
    await healthy.until(() => healthy.have === platform.view.eventSeq);
    expect(healthy.gaps).toBe(0);

    frozen.readAgain();
    await frozen.until(
      (text) => text.split('["snapshot"').length > 2,
      () => platform.clock.advance(200),
    );
    expect(server.status().live).toMatchObject({ behind: 0, disconnectedSlow: 0 });
    frozen.socket.destroy();
  });

  it('is disconnected when it stays away', async () => {
    const { platform, server } = served;
    const token = await (await served.as('admin')).token();
    const frozen = await FrozenViewer.connect(served.url, token);
    frozen.stopReading();
    const padding = 'x'.repeat(64_000);
    for (let n = 0; server.status().live.behind === 0; n += 1) {
      platform.raise(platform.alarm(`${n}-0`, 'a', { code: padding, state: 'NORM' }));
      if (n % 20 === 19) {
        await new Promise((resolve) => setImmediate(resolve));
        platform.clock.advance(200);
      }
      if (n > 5_000) throw new Error('never fell behind');
    }
    for (let look = 0; look < 160; look += 1) platform.clock.advance(200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.status().live).toMatchObject({ disconnectedSlow: 1, viewers: 0 });
    frozen.socket.destroy();
  });
});

/** A WebSocket by hand, so that not reading really means not reading. */
class FrozenViewer {
  readonly socket: TcpSocket;
  private text = '';
  private constructor(socket: TcpSocket) {
    this.socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1');
    });
  }
  static async connect(url: string, token: string): Promise<FrozenViewer> {
    const { hostname, port } = new URL(url);
    const viewer = new FrozenViewer(connect(Number(port), hostname));
    viewer.socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await viewer.until((text) => text.includes('0{"sid"'));
    viewer.send(`40${JSON.stringify({ token })}`);
    await viewer.until((text) => text.includes('42["snapshot"'));
    return viewer;
  }
  stopReading(): void {
    this.socket.pause();
  }
  readAgain(): void {
    this.socket.resume();
  }
  async until(ready: (text: string) => boolean, meanwhile: () => void = () => undefined): Promise<void> {
    // Time goes on only while the wire is quiet: what is on its way is read first.
    while (!ready(this.text)) {
      const quiet = await Promise.race([
        once(this.socket, 'data').then(() => false),
        new Promise<boolean>((resolve) => setTimeout(resolve, 20, true)),
      ]);
      if (quiet) meanwhile();
    }
  }
  /** One masked text frame, shorter than 64 kB. */
  private send(text: string): void {
    const payload = Buffer.from(text);
    const mask = randomBytes(4);
    const head =
      payload.length < 126
        ? Buffer.from([0x81, 0x80 | payload.length])
        : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
    this.socket.write(Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]));
  }
}
