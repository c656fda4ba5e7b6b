import { z } from 'zod';
import { may } from '../../../model/access.ts';
import type { Rule } from '../../../model/asset.ts';
import type { EngineView, RuleChange, RuleTrial } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { differences } from '../../../model/rule-changes.ts';
import { demand, sees } from '../access.ts';
import { changeRule } from '../approvals/change-rule.ts';
import { answerWaits, type Telling } from '../approvals/second-person.ts';
import { wantsSecond } from '../approvals/silence.ts';
import { type AssetPages, cursorOf, positionOf } from '../http/page.ts';
import { type Answer, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { approval } from '../schema/approval.ts';
import { cursor, limit, listBody, listOf, queryFlag, reference } from '../schema/common.ts';
import * as schema from '../schema/rule.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { randomText } from '../sign-in/secrets.ts';
import { baseRevision, configureOne, demandFreeId, etag } from './outcome.ts';
import { activeText, softenedText } from './softened-text.ts';
import { RuleRoom } from './rule-room.ts';
import { enterpriseOf, findRule, jointOf, ruleRequest, seesRule, shown } from './rule-content.ts';

const tag = 'rules';
const byId = z.object({ id: reference });
const dryRun = z.strictObject({
  dryRun: queryFlag.optional().meta({ description: 'true: nothing is changed; 200 with what it would do.' }),
});
const WAITS = { description: 'A second person has to agree: the request that waits', schema: approval };
const TRIED = { description: 'With dryRun: what it would do', schema: schema.trial };

function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

interface Wanted {
  readonly platform: Platform;
  readonly actor: AccountActor;
  readonly requestId: string;
  readonly dryRun: boolean;
  readonly change: RuleChange;
  /** As it is now, or as it would come. */
  readonly rule: Rule;
  readonly reason: string | null;
  readonly answer: (rule: Rule) => Answer;
  readonly auditLine: Telling['auditLine'];
}

/** Everything that changes a rule goes this way: rights, trial, a second person where one is needed, the journal. */
async function change(wanted: Wanted): Promise<Answer> {
  const { platform, actor, rule, reason } = wanted;
  const enterprise = enterpriseOf(platform.view, rule);
  if (enterprise === undefined) throw new HttpProblem('unknown-reference', `scopeId: ${rule.scope} ${rule.scopeId}`);
  demand(actor, 'rule.write', enterprise);
  const trial = platform.view.tryRule(wanted.change);
  const second = needsSecond(trial, platform.view, actor, enterprise);
  if (wanted.dryRun) return ok(told(trial, second));
  if (!trial.outcome.ok) throw unsound(trial);
  const active = activeText(trial.activeNow);
  if (!second) {
    const detail = [reason ?? '', active].filter((text) => text !== '').join('; ');
    return { ...wanted.answer(await made(wanted)), ...(detail === '' ? {} : { detail }) };
  }
  if (reason === null) {
    const errors = [{ path: 'reason', message: 'wanted where a limit becomes less strict' }];
    throw new HttpProblem('invalid', softenedText(trial.softened), { errors });
  }
  const resource = `rules/${rule.id}`;
  const request = ruleRequest(wanted.change, rule, trial);
  const asking = { kind: changeRule, enterpriseId: enterprise, resource, request, reason };
  return answerWaits(platform, actor, asking, {
    auditLine: wanted.auditLine,
    resource,
    text: [softenedText(trial.softened), active].filter((one) => one !== '').join('; '),
  });
}

/** A mandatory limit is softened by two people, a red one by two where he who asks is of the plant; any other by one who may, and else by two as well. */
function needsSecond(trial: RuleTrial, view: EngineView, actor: AccountActor, enterprise: string | null): boolean {
  if (wantsSecond(view, actor, enterprise, { softened: trial.softened, silenced: [] })) return true;
  return trial.softened.length > 0 && !may(actor, 'rule.soften', { enterprise });
}

function made({ platform, actor, requestId, change: wanted, rule }: Wanted): Promise<Rule> {
  return configureOne(platform, actor, requestId, 'rule', rule.id, wanted);
}

function unsound({ outcome, problems }: RuleTrial): HttpProblem {
  if (outcome.ok) return new HttpProblem('internal');
  return new HttpProblem(outcome.code, outcome.detail, {
    ...(problems.length === 0 ? {} : { errors: problems }),
    ...(outcome.asset === undefined ? {} : { current: outcome.asset }),
  });
}

function told({ outcome, ...trial }: RuleTrial, needsApproval: boolean) {
  return { ok: outcome.ok, ...(outcome.ok ? {} : { code: outcome.code, detail: outcome.detail }), ...trial, needsApproval };
}

/** A number in another unit than the measurement's is refused rather than taken for one in it. */
function demandUnit(view: EngineView, rule: Rule, unit: string | undefined): void {
  if (unit === undefined) return;
  const profile = view.catalogue?.profiles.find(({ id }) => id === rule.profileId);
  const ucum = profile?.measurements.find(({ key }) => key === rule.measurement)?.ucum;
  if (ucum === undefined || ucum === unit) return;
  const errors = [{ path: 'unit', message: `${rule.measurement} is in ${ucum}` }];
  throw new HttpProblem('invalid', `unit: ${rule.measurement} is in ${ucum}, not in ${unit}`, { errors });
}

function profileOf(view: EngineView, fresh: z.output<typeof schema.newRule>): string | null {
  if (fresh.joint !== undefined) return fresh.profileId ?? null;
  if (fresh.profileId !== undefined) return fresh.profileId;
  if (fresh.scope === 'profile') return fresh.scopeId;
  const device = fresh.scope === 'device' ? view.assets('device').get(fresh.scopeId) : undefined;
  if (device !== undefined) return device.profileId;
  throw new HttpProblem('invalid-request', 'profileId', { errors: [{ path: 'profileId', message: 'wanted' }] });
}

export function ruleRoutes(pages: AssetPages): Route[] {
  return [
    route({
      method: 'get',
      path: '/rules',
      operationId: 'rule.list',
      tag,
      summary: 'Rules that change or add limits, by id; those of a whole profile are everybody’s to read',
      query: z.strictObject({
        scope: listOf(z.enum(['profile', 'enterprise', 'hazard-source', 'device'])).optional(),
        scopeId: listOf(reference).optional(),
        enterprise: listOf(reference).optional(),
        profile: listOf(reference).optional(),
        retired: queryFlag.optional(),
        cursor: cursor.optional(),
        limit: limit(1_000, 200),
      }),
      replies: { 200: { description: 'A page', schema: listBody(schema.rule) } },
      handle: ({ platform, actor, query }) => {
        const { view } = platform;
        const page = pages.page(
          'rule',
          (one) =>
            (one.retiredAt === null || query.retired === true) &&
            seesRule(view, actor, one) &&
            (query.scope === undefined || query.scope.includes(one.scope)) &&
            (query.scopeId === undefined || query.scopeId.includes(one.scopeId)) &&
            (query.profile === undefined || query.profile.includes(one.profileId ?? '')) &&
            (query.enterprise === undefined || query.enterprise.includes(enterpriseOf(view, one) ?? '')),
          query.cursor,
          query.limit,
        );
        return ok({ ...page, items: page.items.map((one) => shown(view, one)) });
      },
    }),
    route({
      method: 'post',
      path: '/rules',
      operationId: 'rule.create',
      inTurn: true,
      tag,
      summary: 'Change or add a limit for a scope. Less strict where a standard stands behind it: 202, a second person has to agree',
      query: dryRun,
      body: schema.newRule,
      replies: { 201: { description: 'Created', schema: schema.rule }, 202: WAITS, 200: TRIED },
      problems: ['too-many-approvals', 'not-allowed', 'not-found', 'id-taken', 'id-retired', 'unknown-reference', 'invalid', 'unavailable'],
      handle: ({ platform, actor, body, query, requestId, auditLine }) => {
        const { view } = platform;
        const { id = `rule-${randomText(6)}`, name = id, unit, parts, joint, measurement = null, ...rest } = body;
        if (measurement === null && joint === undefined)
          throw new HttpProblem('invalid-request', 'measurement', { errors: [{ path: 'measurement', message: 'wanted' }] });
        demandFreeId(view.assets('rule').get(id), id);
        const now = platform.clock.now();
        const head = { revision: 1, createdAt: now, updatedAt: now, retiredAt: null };
        const rule: Rule = {
          ...rest,
          ...head,
          id,
          name,
          profileId: profileOf(view, body),
          measurement,
          parts: present(parts),
          approvedBy: null,
          ...jointOf(joint),
        };
        demandUnit(view, rule, unit);
        const full = new RuleRoom(view).take(rule);
        if (full !== null)
          throw new HttpProblem('invalid', full, { errors: [{ path: rule.joint === undefined ? 'adds' : 'joint', message: full }] });
        return change({
          platform,
          actor,
          requestId,
          auditLine,
          rule,
          dryRun: query.dryRun === true,
          change: { op: 'put', asset: 'rule', base: 0, value: rule },
          reason: body.reason,
          answer: (one) => ({ status: 201, body: shown(view, one), headers: etag(one.revision), resource: `rules/${id}` }),
        });
      },
    }),
    route({
      method: 'get',
      path: '/rules/{id}',
      operationId: 'rule.get',
      tag,
      summary: 'One rule',
      params: byId,
      replies: { 200: { description: 'The rule', schema: schema.rule } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const rule = findRule(platform.view, actor, path.id);
        return ok(shown(platform.view, rule), etag(rule.revision));
      },
    }),
    route({
      method: 'patch',
      path: '/rules/{id}',
      operationId: 'rule.change',
      inTurn: true,
      tag,
      summary: 'Change a rule; what it is about stays. Less strict where a standard stands behind it: 202, a second person has to agree',
      params: byId,
      query: dryRun,
      body: schema.rulePatch,
      replies: {
        200: { description: 'The rule (with dryRun: what it would do)', schema: z.union([schema.rule, schema.trial]) },
        202: WAITS,
      },
      problems: ['too-many-approvals', 'not-found', 'not-allowed', 'revision-conflict', 'id-retired', 'invalid', 'unavailable'],
      handle: ({ platform, actor, path, body, query, ifMatch, requestId, auditLine }) => {
        const current = standing(platform.view, actor, path.id);
        const base = baseRevision(ifMatch, current);
        const parts = body.parts === undefined ? current.parts : present(body.parts);
        const value: Rule = {
          ...current,
          name: body.name ?? current.name,
          parts,
          reason: body.reason ?? current.reason,
          approvedBy: null,
          ...jointOf(body.joint),
        };
        demandUnit(platform.view, current, body.unit);
        return put(platform, actor, requestId, auditLine, value, base, body.reason ?? null, query.dryRun === true);
      },
    }),
    route({
      method: 'delete',
      path: '/rules/{id}',
      operationId: 'rule.retire',
      inTurn: true,
      tag,
      summary:
        'Retire a rule: limits are as they are without it. Less strict where a standard stands behind it: 202, a second person has to agree',
      params: byId,
      query: dryRun.extend({ reason: schema.ruleReason.optional() }),
      replies: { 204: { description: 'Retired' }, 202: WAITS, 200: TRIED },
      problems: ['too-many-approvals', 'not-found', 'not-allowed', 'revision-conflict', 'in-use', 'invalid', 'unavailable'],
      handle: ({ platform, actor, path, query, ifMatch, requestId, auditLine }) => {
        const current = findRule(platform.view, actor, path.id);
        demand(actor, 'rule.write', enterpriseOf(platform.view, current) ?? null);
        const base = ifMatch === null ? null : baseRevision(ifMatch, current);
        if (current.retiredAt !== null) return { status: 204 };
        return change({
          platform,
          actor,
          requestId,
          auditLine,
          rule: current,
          dryRun: query.dryRun === true,
          change: { op: 'retire', asset: 'rule', id: path.id, base },
          reason: query.reason ?? null,
          answer: () => ({ status: 204 }),
        });
      },
    }),
    route({
      method: 'get',
      path: '/hazard-sources/{id}/limits',
      operationId: 'hazard-source.limits',
      tag,
      summary: 'Rules over several points of a hazard source as they stand: armed or why not, on or off, and what each voter says',
      params: byId,
      replies: { 200: { description: 'Rules', schema: schema.jointLimits } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const source = platform.view.assets('hazard-source').get(path.id);
        if (source === undefined || !sees(actor, source.enterpriseId)) throw new HttpProblem('not-found', `hazard source ${path.id}`);
        return ok({ hazardSource: source.id, limits: platform.view.jointLimits(source.id) });
      },
    }),
    route({
      method: 'get',
      path: '/rules/{id}/versions',
      operationId: 'rule.versions',
      tag,
      summary: 'Every revision of a rule, newest first, with what changed, when and by whom',
      params: byId,
      query: z.strictObject({ cursor: cursor.optional(), limit: limit(200, 50) }),
      replies: { 200: { description: 'Revisions', schema: listBody(schema.ruleVersion) } },
      problems: ['not-found', 'unavailable'],
      handle: async ({ platform, actor, path, query }) => {
        const { id } = findRule(platform.view, actor, path.id);
        await platform.flushRules();
        const before = positionOf(query.cursor, isRevision);
        // One more, which the last one shown is told apart from.
        const versions = await platform.records.rules.versions(id, { ...(before === null ? {} : { before }), limit: query.limit + 1 });
        const shownOnes = versions.slice(0, query.limit);
        const items = shownOnes.map(({ rule, by, at, entry }, i) => ({
          revision: rule.revision,
          at,
          by,
          entry,
          rule,
          changes: differences(versions[i + 1]?.rule, rule),
        }));
        const last = shownOnes.at(-1);
        return ok({ items, ...(versions.length > query.limit && last !== undefined ? { next: cursorOf(last.rule.revision) } : {}) });
      },
    }),
    route({
      method: 'post',
      path: '/rules/{id}/roll-back',
      operationId: 'rule.rollBack',
      inTurn: true,
      tag,
      summary: 'A new revision that says what an earlier one said; a second person where that is less strict',
      params: byId,
      body: schema.rollBackBody,
      replies: { 200: { description: 'The rule', schema: schema.rule }, 202: WAITS },
      problems: ['too-many-approvals', 'not-found', 'not-allowed', 'revision-conflict', 'id-retired', 'invalid', 'unavailable'],
      handle: async ({ platform, actor, path, body, ifMatch, requestId, auditLine }) => {
        const current = standing(platform.view, actor, path.id);
        const base = baseRevision(ifMatch, current);
        await platform.flushRules();
        const [found] = await platform.records.rules.versions(path.id, { before: body.revision + 1, limit: 1 });
        if (found?.rule.revision !== body.revision) throw new HttpProblem('not-found', `revision ${body.revision} of rule ${path.id}`);
        const { name, parts, reason, joint } = found.rule;
        const said = joint === undefined ? {} : { joint };
        const value: Rule = { ...current, name, parts, reason: body.reason ?? reason, approvedBy: null, ...said };
        return put(platform, actor, requestId, auditLine, value, base, body.reason ?? null, false);
      },
    }),
  ];
}

function standing(view: EngineView, actor: AccountActor, id: string): Rule {
  const current = findRule(view, actor, id);
  demand(actor, 'rule.write', enterpriseOf(view, current) ?? null);
  if (current.retiredAt !== null) throw new HttpProblem('id-retired', id);
  return current;
}

function put(
  platform: Platform,
  actor: AccountActor,
  requestId: string,
  auditLine: Telling['auditLine'],
  value: Rule,
  base: number,
  reason: string | null,
  dry: boolean,
): Promise<Answer> {
  return change({
    platform,
    actor,
    requestId,
    auditLine,
    rule: value,
    dryRun: dry,
    change: { op: 'put', asset: 'rule', base, value: { ...value, revision: base + 1, updatedAt: platform.clock.now() } },
    reason,
    answer: (one) => ok(shown(platform.view, one), etag(one.revision)),
  });
}
