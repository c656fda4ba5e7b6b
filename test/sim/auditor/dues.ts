// Due times (decision 13, fact book 3.5): a first response is due from when an alarm rings, feedback from when it was acknowledged, by level and
// by what its enterprise asks for. What passes goes up to the supervisor, then to the duty leader. They run on engine time: no step of our
// clock escalates anything, and no restart forgets it. What is under a flag is due to nobody; nobody is called for a test.
import { type Alarm, type AlarmEvent, type EscalationRole, SAID_AGAIN } from '../../../model/alarm.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { Level } from '../../../model/level.ts';
import type { EngineMs, EpochMs } from '../../../model/time.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';

const MIN = 60_000;
type PerLevel = Readonly<Record<Level, number>>;
const FIRST: PerLevel = { red: 5 * MIN, orange: 10 * MIN, yellow: 30 * MIN, blue: 240 * MIN };
const FEEDBACK: PerLevel = { red: 15 * MIN, orange: 30 * MIN, yellow: 120 * MIN, blue: 1_440 * MIN };
/** Red: every half hour while it is open. */
const RED_AGAIN_MS = 30 * MIN;
const UNFLAGS: ReadonlySet<string> = new Set(['unshelved', 'unsuppressed', 'returned-to-service']);
const ROLES: readonly EscalationRole[] = ['supervisor', 'duty-leader'];

interface Due {
  readonly what: 'first-response' | 'feedback';
  /** Wall time that is shown: it stays what was said, also where our clock steps. */
  readonly shown: EpochMs;
  /** When it passes; infinite once the last has been told. When the second role is told is left to the engine. */
  readonly at: EngineMs;
  readonly told: number;
  /** It passed while it was a test: what becomes of it is left open. */
  readonly open?: true;
}

export class Dues implements Watcher {
  private readonly dues = new Map<string, Due>();

  see({ entry, applied, engine, before, after }: Step): void {
    const now = engine.engineTime(entry.mono);
    for (const event of applied.events) if (event.kind === 'alarm') this.hear(event.alarm, event.event, now, entry.at, engine.view);
    let first = Infinity;
    for (const alarm of after.values()) {
      const due = this.dues.get(alarm.id) ?? null;
      if (due?.open === true) continue;
      const name = `${alarm.deviceId ?? 'the system'} ${alarm.ladder}`;
      if ((due?.shown ?? null) !== alarm.dueAt)
        throw new Disagreement('due-at', `${name} (${alarm.state}): due at ${due?.shown ?? null}, shown is ${alarm.dueAt}`);
      const role = due === null || due.told === 0 ? undefined : ROLES[due.told - 1];
      if (role !== alarm.escalatedTo) throw new Disagreement('due-role', `${name}: it is at ${role}, shown is ${alarm.escalatedTo}`);
      if (due === null || due.told > 0) continue;
      // What passed while it was a test is told to nobody, also when it is real again.
      if (due.at <= now && (alarm.test || before.get(alarm.id)?.test === true)) this.dues.set(alarm.id, { ...due, open: true });
      else if (due.at <= now) throw new Disagreement('due-forgotten', `${name}: ${due.what} was due at ${due.at}, it is ${now}`);
      if (due.at > now) first = Math.min(first, due.at);
    }
    const wanted = engine.nextDue();
    if (first !== Infinity && (wanted === null || wanted > first))
      throw new Disagreement('due-not-woken', `something is due at ${first}, the engine wants to be woken at ${wanted}`);
  }

  private hear(alarm: Alarm, { type, cause, role, overdue }: AlarmEvent, now: EngineMs, wall: EpochMs, view: EngineView): void {
    const { id, level, state } = alarm;
    const due = this.dues.get(id);
    const policy = view.assets('enterprise').get(alarm.enterpriseId ?? '')?.alarmPolicy;
    const want = (what: Due['what'], ms: number): void => void this.dues.set(id, { what, shown: wall + ms, at: now + ms, told: 0 });
    if (cause === 'escalated') {
      if (due === undefined || due.at > now || due.what !== overdue || ROLES[due.told] !== role || alarm.test)
        throw new Disagreement(
          'due-escalates',
          `${alarm.deviceId} ${alarm.ladder}: ${role} is told of ${overdue}, due is ${JSON.stringify(due)}`,
        );
      this.dues.set(id, { ...due, told: due.told + 1 });
      return;
    }
    if (state === 'NORM' || alarm.suppressedBy.length > 0) {
      this.dues.delete(id);
      return;
    }
    const rings = type === 'raised' || type === 'withdrawn' || (type === 're-announced' && !SAID_AGAIN.includes(cause ?? ''));
    if (rings || (type === 'level-raised' && state === 'UNACK')) want('first-response', policy?.firstResponseMs?.[level] ?? FIRST[level]);
    // What nobody has seen and was under a flag until now is owed from now on, also where it has returned meanwhile.
    else if (UNFLAGS.has(type) && state !== 'ACKED' && state !== 'LACK')
      want('first-response', policy?.firstResponseMs?.[level] ?? FIRST[level]);
    else if (type === 'acknowledged') want('feedback', policy?.feedbackMs?.[level] ?? FEEDBACK[level]);
    else if ((type === 'commented' || type === 'verified') && due?.what === 'feedback' && due.open !== true) {
      if (level === 'red') want('feedback', RED_AGAIN_MS);
      else this.dues.delete(id);
    }
  }
}
