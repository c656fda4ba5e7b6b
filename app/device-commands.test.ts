import { expect, it } from 'vitest';
import type { CommandAnswer, DeviceCommand } from '../model/device-command.ts';
import type { Inbound, MessageSource } from '../model/ports/message-source.ts';
import type { AuditLine, Records } from '../model/ports/records.ts';
import { drivenClock } from './clock.ts';
import { createDeviceCommands } from './device-commands.ts';
import type { LedgerFeed } from './ledger-feed.ts';

const nobody = (): never => {
  throw new Error('not expected here');
};

type Line = readonly [what: string, device: string | null, more: string | null | undefined];

/** Commands over a source that says what it does when the test has it do so, and records that know what they are told. */
function bench() {
  const clock = drivenClock(0);
  const said: { readonly hears: (heard: boolean) => void; readonly breaks: (error: Error) => void }[] = [];
  const send: MessageSource['send'] = () => new Promise((hears, breaks) => void said.push({ hears, breaks }));
  const lines: Line[] = [];
  const audit: AuditLine[] = [];
  const logged: object[] = [];
  const asked: string[] = [];
  const becomes = new Map<string, DeviceCommand | 'known' | Error>();
  const answer: Records['commands']['answer'] = async ({ id }) => {
    asked.push(id);
    const became = becomes.get(id) ?? 'unknown';
    if (became instanceof Error) throw became;
    return became;
  };
  const ledger: Pick<LedgerFeed, 'accepted' | 'refusedParts'> = {
    accepted: (_inbound, device, detail) => void lines.push(['accepted', device, detail]),
    refusedParts: (_inbound, refused) => void lines.push(...refused.map(({ code, device, detail }): Line => [code, device, detail])),
  };
  const commands = createDeviceCommands({
    source: () => ({ send }),
    records: { commands: { answer }, audit: { append: async (line) => void audit.push(line) } },
    clock,
    ledger,
    log: { error: (detail) => void logged.push(detail) },
  });
  const settled = async (): Promise<void> => {
    while (!commands.idle()) await new Promise(setImmediate);
  };
  return { clock, commands, said, lines, audit, logged, asked, becomes, settled, ask: (id = 'c0') => commands.send('e', 'd', id, '{}') };
}

function inbound(credential: string): Inbound {
  const publisher = {
    credential,
    kind: 'device',
    enterprise: 'e',
    device: credential,
    client: 'c',
    connection: 1,
    address: '127.0.0.1',
  } as const;
  const topic = `beacon/v1/e/${credential}/command/result`;
  return {
    topic,
    payload: new Uint8Array(),
    publisher,
    receivedAt: 7,
    qos: 1,
    packetId: 1,
    nth: 0,
    retain: false,
    ack: nobody,
    fail: nobody,
  };
}
const answerOf = (device: string, id: string, ok = true, detail: string | null = null): CommandAnswer => ({ device, id, ok, detail });
const COMMAND: DeviceCommand = {
  id: 'c1',
  deviceId: 'd',
  enterpriseId: 'e',
  command: 'close-valve',
  comment: 'gas',
  by: 'li',
  at: 1,
  state: 'failed',
  reason: null,
  answeredAt: 7,
  detail: 'stuck',
};

it('whether somebody listens is told as the source says it, and counted', async () => {
  const { commands, said, ask } = bench();
  const [first, second, third] = [ask(), ask(), ask()];
  said[0]?.hears(true);
  said[1]?.hears(false);
  said[2]?.breaks(new Error('the source is gone'));
  expect([await first, await second]).toEqual([true, false]);
  await expect(third).rejects.toThrow('the source is gone');
  expect(commands.counters).toMatchObject({ commandsSent: 1, commandsOffline: 1 });
});

it('one whose broker does not say within 3 s counts as sent, and what it says later changes nothing', async () => {
  const { clock, commands, said, ask } = bench();
  const asked = ask();
  clock.moveTo(3_000);
  expect(await asked).toBe(true);
  said[0]?.hears(false);
  await Promise.resolve();
  expect([commands.counters.commandsSent, commands.counters.commandsOffline, clock.nextAt()]).toEqual([1, 0, null]);
});

it('an answer is written, audited and entered in the ledger; one that came before, or fits nothing, is entered as that', async () => {
  const { commands, lines, audit, becomes, settled } = bench();
  becomes.set('c1', COMMAND).set('c2', 'known');
  commands.answered(inbound('d'), answerOf('d', 'c1', false, 'stuck'));
  commands.answered(inbound('d'), answerOf('d', 'c2'));
  commands.answered(inbound('d'), answerOf('d', 'c3'));
  await settled();
  expect([...lines].sort()).toEqual([
    ['UNKNOWN_COMMAND', 'd', undefined],
    ['accepted', 'd', null],
    ['accepted', 'd', 'answered before'],
  ]);
  expect(audit).toEqual([
    {
      at: 7,
      by: 'device d',
      action: 'device-command.answer',
      resource: 'devices/d/commands/c1',
      outcome: 'failed',
      address: '127.0.0.1',
      detail: 'close-valve: stuck',
    },
  ]);
  expect(commands.counters).toMatchObject({ commandAnswers: 1, commandAnswersUnknown: 1 });
});

it('records that cannot be written are said in the log, and nothing else suffers', async () => {
  const { commands, lines, logged, becomes, settled } = bench();
  becomes.set('c1', new Error('queue-full'));
  commands.answered(inbound('d'), answerOf('d', 'c1'));
  await settled();
  expect([lines, logged]).toEqual([[], [{ device: 'd', command: 'c1', error: 'Error: queue-full' }]]);
});

it('a flood of answers that fit nothing asks the records a hundred times a minute, and keeps nobody else from answering', async () => {
  const { clock, commands, lines, asked, becomes, settled, ask } = bench();
  for (let n = 0; n < 1_000; n += 1) commands.answered(inbound('flooding'), answerOf('flooding', `made-up-${n}`));
  becomes.set('c1', COMMAND);
  // What is waited for does not count: a gateway answers for as many devices as it has.
  for (let n = 0; n < 300; n += 1) {
    void ask('c1');
    commands.answered(inbound('gateway'), answerOf('d', 'c1'));
    await settled();
  }
  expect([asked.filter((id) => id.startsWith('made-up')).length, asked.filter((id) => id === 'c1').length]).toEqual([100, 300]);
  expect(lines.filter(([what]) => what === 'UNKNOWN_COMMAND')).toHaveLength(1_000);
  expect(lines.filter(([, , detail]) => detail?.startsWith('not looked up') === true)).toHaveLength(900);
  clock.moveTo(3_000);
  clock.moveTo(60_000);
  commands.answered(inbound('flooding'), answerOf('flooding', 'c1'));
  await settled();
  expect(asked.filter((id) => id === 'c1')).toHaveLength(301);
});

it('an answer that is awaited is looked up, however much else its credential has said; by another device, or again, it is one of the flood', async () => {
  const { commands, asked, becomes, settled, ask } = bench();
  becomes.set('c1', COMMAND).set('c2', COMMAND);
  void ask('c1');
  void ask('c2');
  for (let n = 0; n < 200; n += 1) commands.answered(inbound('gateway'), answerOf('d', `made-up-${n}`));
  commands.answered(inbound('gateway'), answerOf('another', 'c1'));
  for (let n = 0; n < 1_000; n += 1) commands.answered(inbound('gateway'), answerOf('d', 'c1'));
  commands.answered(inbound('gateway'), answerOf('d', 'c2'));
  await settled();
  expect([asked.length, asked.filter((id) => !id.startsWith('made-up'))]).toEqual([102, ['c1', 'c2']]);
});
