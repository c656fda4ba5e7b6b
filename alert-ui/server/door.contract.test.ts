import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Socket } from 'socket.io-client';
import { SIGN_IN_WITHIN_MS, WAITING_MAX } from './live/waiting-room.ts';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  served.platform.enterprise('a');
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
  expect(served.platform.clock.waiting).toBe(0);
});

const live = () => served.server.status().live;
const heard = (socket: Socket, event: string): Promise<unknown> => new Promise((resolve) => socket.once(event, resolve));
/** Until what the other side does has been heard here. */
async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 5));
}
/** Opens a connection and says nothing more; its status. */
async function knock(address: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(`${served.url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': address, ...headers } });
  await answer.text();
  return answer.status;
}
async function knocks(count: number, address: (n: number) => string): Promise<number> {
  let opened = 0;
  const abreast = 20;
  for (let n = 0; n < count; n += abreast) {
    const answers = await Promise.all(Array.from({ length: Math.min(abreast, count - n) }, (_, of) => knock(address(n + of))));
    opened += answers.filter((status) => status === 200).length;
  }
  return opened;
}
async function board(options: { token?: string; cookie?: string; transports?: readonly ('websocket' | 'polling')[] }): Promise<Socket> {
  const socket = served.live(options);
  const snapshot = heard(socket, 'snapshot');
  socket.connect();
  await snapshot;
  return socket;
}

describe('connections that have not signed in', () => {
  it('are few from one address and few in all, keep no board out, and end after ten seconds', async () => {
    const admin = await served.as('admin');
    const token = await admin.token();
    const watching = await board({ token });
    expect(await knocks(WAITING_MAX.perParty + 10, () => '198.51.100.1')).toBe(WAITING_MAX.perParty);
    expect(await knock('198.51.100.2')).toBe(200);
    const places = WAITING_MAX.strangers - WAITING_MAX.perParty - 1;
    expect(await knocks(places + 20, (n) => `10.0.${n >> 8}.${n & 255}`)).toBe(places);
    expect(live()).toMatchObject({ waiting: WAITING_MAX.strangers, viewers: 1, turnedAway: 10 + 20 });

    // A browser that is signed in comes in all the same.
    for (const transport of ['websocket', 'polling'] as const) await board({ cookie: admin.cookie, transports: [transport] });
    const refused = served.live({ token });
    const error = heard(refused, 'connect_error');
    refused.connect();
    await error;

    served.platform.clock.advance(SIGN_IN_WITHIN_MS);
    expect(live()).toMatchObject({ waiting: 0, viewers: 3, timedOut: WAITING_MAX.strangers });
    await board({ token });
    expect([watching.connected, live().viewers]).toEqual([true, 4]);
  });

  it('end when they are refused, after they were told, whatever they do with the connection', async () => {
    const url = `${served.url}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const told = fetch(`${url}&sid=${sid}`).then((answer) => answer.text());
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: '40{"token":"bt_made-up-made-up-made-up-made-up"}' });
    expect(await told).toBe('44{"message":"not-signed-in","data":{"code":"not-signed-in"}}');
    const after = await fetch(`${url}&sid=${sid}`);
    // The close packet, or nothing known of it any more.
    expect([200, 400]).toContain(after.status);
    if (after.status === 200) expect(await after.text()).toMatch(/1$/);
    await until(() => live().waiting === 0);
    expect(live()).toMatchObject({ viewers: 0, timedOut: 0 });
  });

  it('are no way around the time for one that signs out of the stream and stays', async () => {
    const admin = await served.as('admin');
    const socket = await board({ cookie: admin.cookie });
    // As a client does that has another namespace open: the connection stays.
    socket.io.engine.write('1');
    await until(() => live().viewers === 0);
    expect(live().waiting).toBe(1);
    const closed = heard(socket, 'disconnect');
    served.platform.clock.advance(SIGN_IN_WITHIN_MS);
    await closed;
    expect(live()).toMatchObject({ waiting: 0, timedOut: 1 });
  });

  it('of a session that ended count as a stranger’s', async () => {
    const admin = await served.as('admin');
    await admin.send('DELETE', '/session');
    await knocks(WAITING_MAX.perParty, () => '198.51.100.1');
    expect(await knock('198.51.100.1', { cookie: admin.cookie })).toBe(403);
  });
});
