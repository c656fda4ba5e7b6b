import { expect, it } from 'vitest';
import type { MessageSource } from '../model/ports/message-source.ts';
import { drivenClock } from './clock.ts';
import { createDeviceCommands } from './device-commands.ts';
import type { LedgerFeed } from './ledger-feed.ts';

const nobody = (): never => {
  throw new Error('not expected here');
};

/** Commands over a source that says what it does when the test has it do so. */
function bench() {
  const clock = drivenClock(0);
  const said: { readonly hears: (heard: boolean) => void; readonly breaks: (error: Error) => void }[] = [];
  const send: MessageSource['send'] = () => new Promise((hears, breaks) => void said.push({ hears, breaks }));
  const commands = createDeviceCommands({
    source: () => ({ send }) as MessageSource,
    records: { commands: { answer: nobody }, audit: { append: nobody } } as never,
    clock,
    ledger: { accepted: nobody, refusedParts: nobody } as unknown as LedgerFeed,
    log: { error: nobody },
  });
  return { clock, commands, said, ask: () => commands.send('e', 'd', '{}') };
}

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
