/**
 * Shifts and their hand-over: whoever has the watch signs first, for what stands and what remains to do; somebody else signs second and has
 * the watch from then on. In between it stays where it is.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import type { NewShift, Shift, ShiftPicture, ShiftSignature } from '../../../model/shift.ts';
import type { ShiftPlanBody } from '../../protocol/http.ts';
import { demand } from '../access.ts';
import { type Answer, BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { cursor, limit } from '../schema/common.ts';
import * as schema from '../schema/shift.ts';
import type { ShiftCalendar } from '../shifts/calendar.ts';
import { shiftFigures, takePicture } from '../shifts/picture.ts';
import type { AccountActor, Identity } from '../sign-in/identity.ts';
import type { OwnPassword } from './session.ts';

const tag = 'shifts';
/** In place of a number: the shift that goes on. */
const CURRENT = 'current';

type Handover = z.output<typeof schema.handoverBody>;
interface Act {
  readonly platform: Platform;
  readonly actor: AccountActor;
  readonly body: Handover;
}

export function shiftRoutes(calendar: ShiftCalendar, ownPassword: OwnPassword): Route[] {
  return [
    route({
      method: 'get',
      path: '/shifts',
      operationId: 'shift.list',
      tag,
      summary: 'Who had the watch, newest first; who has it now, with the figures until now; the plan',
      query: z.strictObject({ cursor: cursor.optional(), limit: limit(200, 50) }),
      replies: { 200: { description: 'A page', schema: schema.shiftList } },
      problems: ['not-allowed', 'unavailable'],
      handle: async ({ platform, actor, query }) => {
        demand(actor, 'view', null);
        const page = await platform.records.shifts.list({ ...present({ cursor: query.cursor }), limit: query.limit });
        const current = await platform.records.shifts.current();
        const next = page.next === null ? {} : { next: page.next };
        return ok({ items: page.items, ...next, current: await untilNow(platform, current), plan: planOf(calendar, platform) });
      },
    }),
    route({
      method: 'get',
      path: '/shifts/plan',
      operationId: 'shift.plan',
      tag,
      summary: 'When shifts change by the plan, and when the present one ends; for anybody who is signed in',
      replies: { 200: { description: 'The plan', schema: schema.plan } },
      handle: ({ platform }) => ok(planOf(calendar, platform)),
    }),
    route({
      method: 'post',
      path: '/shifts/handover',
      operationId: 'shift.handover',
      tag,
      summary: 'Sign a hand-over: first whoever has the watch, then whoever takes it over. Signing the same again changes nothing',
      body: schema.handoverBody,
      bodyLimit: BODY_BYTES.asset,
      replies: { 200: { description: 'The shift that goes on after it, with what was signed', schema: schema.shiftWithPicture } },
      problems: [
        'not-allowed',
        'sign-in-failed',
        'too-many-attempts',
        'not-on-watch',
        'shift-changed',
        'already-signed',
        'handover-not-signed',
        'handover-changed',
        'same-person',
        'unavailable',
      ],
      handle: async ({ platform, actor, identity, body, request, response }) => {
        demand(actor, 'shift.hand-over', null);
        if (mustShow(identity)) {
          if (body.password === undefined) throw missing('body.password', 'sign with your password');
          await ownPassword({ platform, actor, request, response }, body.password);
        }
        return handOver({ platform, actor, body }, calendar);
      },
    }),
    route({
      method: 'post',
      path: '/shifts/sound-test',
      operationId: 'shift.sound-test',
      tag,
      summary: 'Whoever has the watch says whether the test sound was heard at the desk; the last word stays',
      body: schema.soundBody,
      bodyLimit: BODY_BYTES.none,
      replies: { 200: { description: 'The shift', schema: schema.shift } },
      problems: ['not-allowed', 'not-on-watch', 'unavailable'],
      handle: async ({ platform, actor, body: { heard } }) => {
        demand(actor, 'shift.hand-over', null);
        const current = await platform.records.shifts.current();
        if (current === null || current.by !== actor.name) throw notOnWatch(current);
        const test = { at: platform.clock.now(), heard };
        if (!(await platform.records.shifts.noteSound(current.id, test))) throw notOnWatch(await platform.records.shifts.current());
        return { ...ok({ ...current, soundTest: test }), resource: `shifts/${current.id}`, detail: heard ? 'heard' : 'not heard' };
      },
    }),
    route({
      method: 'get',
      path: '/shifts/{id}',
      operationId: 'shift.get',
      tag,
      summary: 'One shift with what was signed; `current`: the one that goes on, with what stands now until somebody has signed',
      params: z.object({ id: z.string().min(1).max(64) }),
      replies: { 200: { description: 'The shift', schema: schema.shiftWithPicture } },
      problems: ['not-allowed', 'not-found', 'unavailable'],
      handle: async ({ platform, actor, path: { id } }) => {
        demand(actor, 'view', null);
        const { shifts } = platform.records;
        const shift = id === CURRENT ? await shifts.current() : await shifts.get(id);
        if (shift === null && id !== CURRENT) throw new HttpProblem('not-found', `shift ${id}`);
        if (shift === null || (shift.endedAt === null && shift.signature === null)) {
          const picture = await takePicture(platform, shift?.startedAt ?? platform.clock.now(), []);
          return ok({ shift: shift === null ? null : { ...shift, figures: picture.figures }, picture });
        }
        return ok({ shift: await untilNow(platform, shift), picture: await shifts.picture(shift.id) });
      },
    }),
  ];
}

/** An API token is a signature by itself; a session may be one that was left open. */
function mustShow({ by }: Identity): boolean {
  return by.kind === 'session';
}

function planOf(calendar: ShiftCalendar, platform: Platform): ShiftPlanBody {
  const two = (part: number): string => String(part).padStart(2, '0');
  return {
    timeZone: calendar.timeZone,
    shifts: calendar.plan.map(({ name, startMinute }) => ({
      name,
      start: `${two(Math.floor(startMinute / 60))}:${two(startMinute % 60)}`,
    })),
    now: calendar.at(platform.clock.now()),
  };
}

/** One that goes on has the figures it has come to so far. */
async function untilNow(platform: Platform, shift: Shift | null): Promise<Shift | null> {
  if (shift === null || shift.endedAt !== null) return shift;
  return { ...shift, figures: await shiftFigures(platform, shift.startedAt, platform.clock.now()) };
}

async function handOver(act: Act, calendar: ShiftCalendar): Promise<Answer> {
  const { platform, actor, body } = act;
  const current = await platform.records.shifts.current();
  const sign = body.sign ?? (current !== null && current.by === actor.name ? 'outgoing' : 'incoming');
  if (sign === 'incoming' || sign === 'unsigned') return takeOver(act, calendar, current, sign);
  if (current === null || current.by !== actor.name) throw notOnWatch(current);
  demandSame(body, current);
  return sign === 'outgoing' ? signOut(act, current) : withdraw(act, current);
}

/** The first signature: what stands is put down as it is now. The same again is the same; other words are another signature. */
async function signOut({ platform, actor, body }: Act, current: Shift): Promise<Answer> {
  const said = { notes: body.notes ?? '', todo: body.todo ?? [], missed: body.missed ?? 0 };
  if (current.signature === null) {
    const picture = await takePicture(platform, current.startedAt, body.kept ?? []);
    const signature = signed({ by: actor.name, at: picture.at, ...said }, current, picture);
    if (await platform.records.shifts.sign(current.id, signature, picture)) {
      const { open, shelved } = picture;
      const detail = `outgoing ${actor.name}: ${open.total} open, ${shelved.total} shelved; sha256 ${signature.digest}`;
      return { ...ok({ shift: { ...current, signature, figures: picture.figures }, picture }), resource: `shifts/${current.id}`, detail };
    }
  }
  const now = await platform.records.shifts.current();
  if (now === null || now.id !== current.id) throw shiftChanged(now);
  const before = now.signature;
  if (before === null || JSON.stringify([before.notes, before.todo, before.missed]) !== JSON.stringify(Object.values(said)))
    throw new HttpProblem('already-signed', 'take the signature back to write something else', { current: now });
  const picture = await platform.records.shifts.picture(now.id);
  return { ...ok({ shift: now, picture }), resource: `shifts/${now.id}`, detail: `outgoing ${actor.name}: signed before` };
}

async function withdraw({ platform, actor }: Act, current: Shift): Promise<Answer> {
  const { shifts } = platform.records;
  const done = await shifts.unsign(current.id);
  const now = await shifts.current();
  if (now === null || now.id !== current.id) throw shiftChanged(now);
  const detail = done ? `${actor.name} takes the signature back` : 'was not signed';
  return { ...ok({ shift: now, picture: null }), resource: `shifts/${now.id}`, detail };
}

/** The second signature: the watch changes hands. Signing it again as the one who has it changes nothing. */
async function takeOver(
  { platform, actor, body }: Act,
  calendar: ShiftCalendar,
  current: Shift | null,
  sign: 'incoming' | 'unsigned',
): Promise<Answer> {
  const { shifts } = platform.records;
  if (current !== null && current.by === actor.name) return takenBefore({ platform, actor, body }, current);
  demandSame(body, current);
  if (current !== null && sign === 'incoming' && current.signature === null) throw notSigned(current);
  demandSeen(body, current);
  // Who has signed is handed over from: a reason would be a reproach.
  const unsignedReason = sign === 'unsigned' && current?.signature === null ? (body.reason ?? '') : null;
  const picture =
    current === null
      ? null
      : unsignedReason === null
        ? await shifts.picture(current.id)
        : await takePicture(platform, current.startedAt, []);
  const at = platform.clock.now();
  const { name, from, to } = calendar.takenOverAt(at);
  const next: NewShift = {
    name,
    plannedFrom: from,
    plannedTo: to,
    by: actor.name,
    startedAt: at,
    takenFrom: current?.by ?? null,
    soundTest: body.heard === undefined ? null : { at, heard: body.heard },
  };
  const end =
    current === null
      ? null
      : {
          id: current.id,
          at,
          figures: await shiftFigures(platform, current.startedAt, at),
          signed: current.signature?.digest ?? null,
          unsigned: unsignedReason === null || picture === null ? null : { reason: unsignedReason, picture },
        };
  const begun = await shifts.begin(next, end);
  if (begun === null) {
    const now = await shifts.current();
    if (now === null || now.id !== current?.id) throw shiftChanged(now);
    throw now.signature === null ? notSigned(now) : handoverChanged(now, 'changed meanwhile');
  }
  const how = current === null ? `${actor.name} begins` : `${current.by} → ${actor.name}, ends shifts/${current.id}`;
  const detail = unsignedReason === null ? how : `${how}, unsigned: ${unsignedReason}`;
  return { ...ok({ shift: begun, picture }), resource: `shifts/${begun.id}`, detail };
}

/** He has the watch already: signing second again changes nothing, but nobody gives both signatures of one hand-over. */
async function takenBefore({ platform, actor, body }: Act, current: Shift): Promise<Answer> {
  const { shifts } = platform.records;
  if (body.shift === current.id || (body.shift === undefined && current.signature !== null))
    throw new HttpProblem('same-person', 'somebody else takes over', { current });
  const taken = body.shift === undefined ? null : await shifts.get(body.shift);
  if (body.shift !== undefined && taken?.takenBy !== actor.name) throw shiftChanged(current);
  const picture = taken === null ? null : await shifts.picture(taken.id);
  return { ...ok({ shift: current, picture }), resource: `shifts/${current.id}`, detail: `${actor.name} has the watch already` };
}

/** With what makes it show if anybody changes it afterwards: the digest stands in the audit's chain. */
function signed(what: Omit<ShiftSignature, 'digest'>, { id, by, startedAt }: Shift, picture: ShiftPicture): ShiftSignature {
  const digest = createHash('sha256')
    .update(JSON.stringify([{ id, by, startedAt }, what, picture]))
    .digest('hex');
  return { ...what, digest };
}

function demandSame({ shift }: Handover, current: Shift | null): void {
  if (shift !== undefined && shift !== current?.id) throw shiftChanged(current);
}
/**
 * The second signature is for what was read: until it is given the outgoing person may take the first one back and write another. Whoever
 * takes over names the first signature that he saw, as an acknowledgement does, also where he thought that there is none.
 */
function demandSeen({ seen }: Handover, current: Shift | null): void {
  const signature = current?.signature ?? null;
  if (current === null || signature === null || signature.digest === seen) return;
  throw handoverChanged(
    current,
    seen === undefined ? 'name what you read: `seen`, the digest of the signature' : 'another one was signed since',
  );
}
function handoverChanged(current: Shift, detail: string): HttpProblem {
  return new HttpProblem('handover-changed', detail, { current });
}
function notSigned(current: Shift): HttpProblem {
  return new HttpProblem('handover-not-signed', `${current.by} has the watch and has not signed`, { current });
}
function shiftChanged(current: Shift | null): HttpProblem {
  return new HttpProblem('shift-changed', current === null ? 'nobody has the watch' : `${current.by} has the watch`, { current });
}
function notOnWatch(current: Shift | null): HttpProblem {
  return new HttpProblem('not-on-watch', current === null ? 'nobody has the watch' : `${current.by} has the watch`, { current });
}
function missing(path: string, message: string): HttpProblem {
  return new HttpProblem('invalid-request', message, { errors: [{ path, message }] });
}
