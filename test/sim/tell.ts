// A history in words for somebody who knows a control room and not this program.
import type { AlarmSelector, CauseLine } from '../../model/asset.ts';
import type { Entry } from '../../model/entry.ts';
import type { Act, ActSample, AlarmName, ByHand, Script } from './acts.ts';

export function tell(script: Script, sentence: string): string {
  const lines = [
    `seed ${script.seed}: ${sentence}`,
    ...script.devices.map((d) => `  there is ${d.id}, a ${d.profileId}${attributes(d.attributes)}`),
    ...script.acts.map((act) => `  ${clock(act.at)}  ${words(act)}`),
    `  ${clock(script.endMs)}  end`,
  ];
  return lines.join('\n');
}

/** `0:01:02.500` since the world began. */
function clock(ms: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${String(ms % 1_000).padStart(3, '0')}`;
}

function words(act: Act): string {
  switch (act.does) {
    case 'publish': {
      const how = [act.byGateway === true ? 'through its gateway' : '', `QoS ${act.qos}`, act.lost === true ? 'LOST ON THE WAY' : ''];
      return `${act.device} sends ${act.samples.map(sample).join('; then ')} (${how.filter((h) => h !== '').join(', ')})`;
    }
    case 'cut':
      return `the line of ${act.device} ${act.said ? 'is closed by it' : 'is cut'}`;
    case 'resend':
      return `${act.device} connects again and sends its last ${act.count} unacknowledged message(s) once more`;
    case 'status':
      return `${act.device} says that it is ${act.what}`;
    case 'acknowledge': {
      const seen =
        act.seen === 'now'
          ? 'the screen is up to date'
          : act.seen === 'none'
            ? 'no screen told'
            : `his screen is ${act.seen.changesAgo} change(s) old`;
      return `${act.by} acknowledges ${name(act.target)} (${seen})`;
    }
    case 'withdraw':
      return `${act.by} withdraws the acknowledgement of ${name(act.target)}`;
    case 'reset':
      return `${act.by} resets ${name(act.target)}`;
    case 'comment':
      return `${act.by} comments on ${name(act.target)}`;
    case 'shelve': {
      const how = act.minutes === null ? 'until it next returns' : `for ${act.minutes} min`;
      return `${act.by} shelves ${name(act.target)} ${how}${act.approvedBy === null ? '' : `, ${act.approvedBy} agrees`}`;
    }
    case 'suppress':
      return `${act.by} suppresses ${name(act.target)} ${act.minutes === null ? 'until somebody ends it' : `for ${act.minutes} min`}${behind(act)}`;
    case 'out-of-service':
      return `${act.by} takes ${name(act.target)} out of service ${act.forMs === null ? 'until it is returned' : `for ${act.forMs} ms`}${behind(act)}`;
    case 'unshelve':
    case 'unsuppress':
    case 'return-to-service':
    case 'silence':
    case 'verify':
      return `${act.by}: ${act.does} ${name(act.target)}${act.as === undefined ? '' : ` as ${act.as}`}`;
    case 'configure':
      return `an engineer changes ${act.device}: ${JSON.stringify(act.change)}`;
    case 'retire':
      return `an engineer retires ${act.device}`;
    case 'works':
      return `an engineer changes ${act.enterprise}: ${JSON.stringify(act.change)}`;
    case 'rule':
      return `an engineer writes the rule ${act.rule.code} of ${act.rule.source}: ${JSON.stringify(act.rule.joint)} ${JSON.stringify(act.rule.parts)}`;
    case 'limit':
      return act.parts === null
        ? `an engineer takes back the rule of ${act.device} about ${act.code} of ${act.measurement}`
        : `an engineer rules for ${act.device} about ${act.code} of ${act.measurement}: ${JSON.stringify(act.parts)}`;
    case 'source':
      return `an engineer fills in about ${act.source}: ${JSON.stringify(act.attributes)}`;
    case 'retire-rule':
      return `an engineer retires the rule ${act.code} of ${act.source}`;
    case 'table':
      return `an engineer writes the cause-and-effect table of ${act.source ?? act.enterprise}: ${act.lines.map(line).join('; ') || 'empty'}`;
    case 'system':
      return `the platform sees ${act.code} ${act.active ? 'begin' : 'end'}`;
    case 'wall-step':
      return `the server's wall clock is set by ${act.byMs} ms`;
    case 'device-clock':
      return `the clock of ${act.device} is now wrong by ${act.errorMs} ms`;
    case 'crash':
      return `the server is killed and starts again after ${act.downMs} ms`;
    case 'freeze':
      return `the server stands still for ${act.forMs} ms`;
    case 'factor':
      return `${act.by} ${act.value === null ? 'withdraws' : `sets to ${act.value} for ${act.forMs} ms`} ${act.factor} of ${act.scope} ${act.id}`;
    case 'snapshot':
      return 'a snapshot is begun';
  }
}

function behind({ approvedBy, alone }: ByHand): string {
  return `${approvedBy === null ? '' : `, ${approvedBy} agrees`}${alone ? ', below red alone' : ''}`;
}

function line({ cause, hides }: CauseLine): string {
  const selected = (one: AlarmSelector): string => Object.values(one).join(' ');
  return `${selected(cause)} hides ${hides.map(selected).join(' and ')}`;
}

function sample({ ageMs, values, faults, pointFaults }: ActSample): string {
  const each = values.map(
    (v) =>
      `${v.measurement}${v.channel === null ? '' : `.${v.channel}`} = ${String(v.value)}${v.quality === 'good' ? '' : ` (${v.quality})`}`,
  );
  const age = ageMs === null ? '' : ` taken ${ageMs} ms ago`;
  const named = [...(faults ?? []), ...Object.entries(pointFaults ?? {}).map(([key, codes]) => `${codes.join(' ')} of ${key}`)];
  return `${each.join(', ')}${age}${named.length === 0 ? '' : `, faults ${named.join(', ')}`}`;
}

function name({ device, measurement, channel, ladder }: AlarmName): string {
  return `${device}${measurement === null ? '' : ` ${measurement}`}${channel === null ? '' : `.${channel}`} "${ladder}"`;
}

function attributes(of: Readonly<Record<string, unknown>>): string {
  return Object.keys(of).length === 0 ? '' : ` ${JSON.stringify(of)}`;
}

/** One entry for the list below a history: its number, kind and monotonic time. */
export function tellEntry(entry: Entry): string {
  return `#${entry.seq} ${entry.kind} ${entry.boot} +${entry.mono} ms`;
}
