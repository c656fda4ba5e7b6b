// Order between different alarms does not matter: two neighbouring messages of the same moment from different devices give the same
// alarms whichever comes first.
import type { Alarm } from '../../model/alarm.ts';
import type { Act, Script } from './acts.ts';
import { type EngineMaker, play } from './play.ts';

/** The script once for every pair of neighbours that may change places, with the two changed. */
export function* swapped(script: Script): Generator<Script> {
  // What several points decide together depends on who spoke first: it may come and go in between.
  if (script.acts.some(({ does }) => does === 'rule')) return;
  for (let n = 1; n < script.acts.length; n += 1) {
    const first = script.acts[n - 1];
    const second = script.acts[n];
    if (first === undefined || second === undefined || !independent(first, second)) continue;
    yield {
      ...script,
      acts: [...script.acts.slice(0, n - 1), second, first, ...script.acts.slice(n + 1)],
    };
  }
}

function independent(a: Act, b: Act): boolean {
  // A gateway's line is one for all behind it: what is lost and sent again on it depends on the order.
  const plain = (act: Act): act is Extract<Act, { does: 'publish' }> =>
    act.does === 'publish' && act.byGateway !== true && act.lost !== true;
  return plain(a) && plain(b) && a.at === b.at && a.device !== b.device;
}

/** The open alarms at the end as one text, without the numbers that entries give them. */
export function alarmsAtTheEnd(script: Script, maker: EngineMaker): string {
  const { engine, disagreement } = play(script, maker, []);
  if (disagreement !== null) throw disagreement;
  const facts = (alarm: Alarm): readonly string[] =>
    // First of a group is who came first: that is the order, and nothing else is.
    Object.entries({
      ...alarm,
      id: '',
      seq: 0,
      firstOut: false,
      groupId: '',
    }).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [...engine.view.openAlarms()]
    .map((alarm) => facts(alarm).join(' '))
    .sort()
    .join('\n');
}
