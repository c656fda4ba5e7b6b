import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Action, may } from '../../../model/access.ts';
import type { AssetKind, AssetOf, Rule } from '../../../model/asset.ts';
import type { EngineView, SoftenedLimit } from '../../../model/engine.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Platform, Rehearsed, SubmitOutcome } from '../../../model/ports/platform.ts';
import { sees, visibleAreas } from '../access.ts';
import { askSecondPerson, type Telling } from '../approvals/second-person.ts';
import { askingFor, enterpriseOf, type PutChange } from '../approvals/change-asset.ts';
import { silencedText, wantsSecond } from '../approvals/silence.ts';
import { changeRule } from '../approvals/change-rule.ts';
import { asProblem } from '../http/mount.ts';
import { BODY_BYTES, type Route, route } from '../http/route.ts';
import type { ServerLog } from '../options.ts';
import { HttpProblem } from '../problem.ts';
import { queryFlag, listOf, reference } from '../schema/common.ts';
import { ruleReason } from '../schema/rule.ts';
import { siteReport } from '../schema/site-file.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { changesOf, type SiteItem } from '../site-file/changes.ts';
import type { SiteProblem, SiteReader } from '../site-file/parse.ts';
import { trySite, type TriedSite, unsound } from '../site-file/rehearsal.ts';
import { writeSite } from '../site-file/write.ts';
import type { Provisioning } from './provisioning.ts';
import { ruleRequest } from './rule-content.ts';

/** A site as one file: given out, and taken in after everything in it was found sound. */

const tag = 'rules';
const YAML = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/plain'] as const;
const BATCH = 500;

type Put = NonNullable<SiteItem['change']>;

export function siteFileRoutes(provisioning: Provisioning, readSite: SiteReader, log: ServerLog): Route[] {
  return [
    route({
      method: 'get',
      path: '/site-file',
      operationId: 'site.export',
      tag,
      summary: 'Areas, enterprises, sites, hazard sources, gateways, devices and rules as YAML; no secret is in it',
      query: z.strictObject({ enterprise: listOf(reference).optional().meta({ description: 'Without one: everything one may see.' }) }),
      replies: { 200: { description: 'A site file', text: 'application/yaml' } },
      problems: ['not-found'],
      handle: ({ platform, actor, query }) => {
        const { view } = platform;
        for (const id of query.enterprise ?? [])
          if (!view.assets('enterprise').has(id) || !sees(actor, id)) throw new HttpProblem('not-found', `enterprise ${id}`);
        return {
          status: 200,
          headers: { 'content-type': 'application/yaml; charset=utf-8', 'content-disposition': 'attachment; filename="site.yaml"' },
          text: inPieces(writeSite(view, wantedBy(view, actor, query.enterprise))),
        };
      },
    }),
    route({
      method: 'post',
      path: '/site-file',
      operationId: 'site.import',
      tag,
      summary: 'Make it so: nothing is written unless everything is sound; what is not in the file is left alone',
      query: z.strictObject({
        dryRun: queryFlag.optional().meta({ description: 'true: problems and differences alone.' }),
        reason: ruleReason
          .optional()
          .meta({ description: 'Why; wanted where a device or a hazard source of the file makes a mandatory limit less strict.' }),
      }),
      body: z.string().meta({ description: 'A site file (YAML).' }),
      textBody: YAML,
      bodyLimit: BODY_BYTES.bulk,
      replies: { 200: { description: 'What stands, what differs, what was done', schema: siteReport } },
      problems: ['invalid', 'unavailable'],
      handle: async ({ platform, actor, body, query, requestId, inTurn, auditLine }) => {
        const read = await readSite(body);
        if (read === null) throw new HttpProblem('unavailable', 'other site files are being read; send it again when they are done');
        if (!read.ok) return refusal(read.problems, query.dryRun === true);
        return inTurn(async () => {
          await turn();
          const { items, problems } = changesOf(read.site, platform.view);
          await turn();
          const needs = (item: SiteItem, one: Rehearsed): boolean => needsSecond(actor, items, platform.view, item, one);
          const tried = await inTurns(trySite({ view: platform.view, items, rehearse: (changes) => platform.rehearse(changes), needs }));
          const going = items.filter((item) => item.change !== null);
          const wrong = [
            ...problems,
            ...tried.crowded,
            ...going.flatMap((item) => itemProblems(platform.view, actor, items, item, tried.found.get(item))),
          ];
          const asking: ReadonlySet<SiteItem> = new Set(tried.asking.keys());
          for (const item of asking)
            if (reasonOf(item, query.reason) === null)
              wrong.push({ line: item.line, path: item.path, message: `${item.id}: reason: wanted where a limit becomes less strict` });
          if (wrong.length > 0 && query.dryRun !== true) return refusal(wrong, false);
          const rows = items.map((item) => row(item, asking.has(item), null));
          if (query.dryRun === true) return { status: 200, body: { written: false, problems: wrong, items: rows, credentials: [] } };
          const done = await writeAll(platform, provisioning, actor, requestId, tried.inOrder, asking, {
            enterpriseOf: (rule) => enterpriseOfRule(rule, items, platform.view),
            reasonOf: (item) => reasonOf(item, query.reason) ?? '',
            auditLine,
            foreseen: (item, softened) => merged(softened, tried.found.get(item)?.softened ?? []),
            failed: (error) =>
              log.error(
                { requestId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
                'part of a site file failed',
              ),
          });
          const report = {
            written: true,
            problems: [],
            items: items.map((item) => row(item, asking.has(item), done.outcomes.get(item) ?? null)),
            credentials: done.credentials,
          };
          return { status: 200, body: report, detail: summaryOf(going, done.outcomes) };
        });
      },
    }),
  ];
}

/** Lets devices be answered between two long steps; what changes meanwhile is found out by its revision. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function inTurns(steps: ReturnType<typeof trySite>): Promise<TriedSite> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

function refusal(problems: readonly SiteProblem[], dry: boolean) {
  if (dry) return { status: 200, body: { written: false, problems, items: [], credentials: [] } };
  const errors = problems.map(({ line, path, message }) => ({ path: `line ${line}${path === '' ? '' : `: ${path}`}`, message }));
  throw new HttpProblem('invalid', `${problems.length} problems in the site file; nothing was written`, { errors });
}

interface Outcome {
  readonly outcome: string;
  readonly approval?: string;
}

function row(item: SiteItem, needsApproval: boolean, outcome: Outcome | null) {
  const { section, id, line, path, what, fields } = item;
  return { section, id, line, path, what, fields, needsApproval, outcome: null, ...outcome };
}

function summaryOf(going: readonly SiteItem[], outcomes: ReadonlyMap<SiteItem, Outcome>): string {
  const done = [...outcomes.values()].filter(({ outcome }) => outcome === 'done').length;
  return `${done} of ${going.length} changes made`;
}

/** The generator gives the event loop a turn now and then: a city is a long file. */
async function* inPieces(lines: Generator<string>): AsyncGenerator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < 16_384) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** What belongs to the enterprises that were asked for, with the areas they lie in; without any, everything the actor may see. */
function wantedBy(
  view: EngineView,
  actor: AccountActor,
  asked: readonly string[] | undefined,
): (kind: AssetKind, asset: AssetOf[AssetKind]) => boolean {
  const enterprises = new Set<string>();
  for (const id of view.assets('enterprise').keys())
    if (sees(actor, id) && (asked === undefined || asked.includes(id))) enterprises.add(id);
  const areas = asked === undefined ? visibleAreas(actor, view) : areasOf(view, enterprises);
  return (kind, asset) => {
    if (kind === 'area') return areas === null || areas.has(asset.id);
    if (kind === 'enterprise') return enterprises.has(asset.id);
    if ('scopeId' in asset) {
      const enterprise = enterpriseOfRule(asset, [], view);
      return enterprise === null ? asked === undefined : enterprises.has(enterprise);
    }
    return 'enterpriseId' in asset && enterprises.has(asset.enterpriseId);
  };
}

function areasOf(view: EngineView, enterprises: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const id of enterprises) {
    let area = view.assets('enterprise').get(id)?.areaId ?? null;
    while (area !== null && !found.has(area)) {
      found.add(area);
      area = view.assets('area').get(area)?.parentId ?? null;
    }
  }
  return found;
}

/** Whose a rule is, by the file first: what it is about may come with it. null = of the whole system, or of nothing. */
function enterpriseOfRule(rule: Rule, items: readonly SiteItem[], view: EngineView): string | null {
  if (rule.scope === 'profile') return null;
  if (rule.scope === 'enterprise') return rule.scopeId;
  const coming = items.find(({ kind, id }) => kind === rule.scope && id === rule.scopeId)?.change?.value;
  const place = coming ?? view.assets(rule.scope).get(rule.scopeId);
  return place !== undefined && 'enterpriseId' in place ? place.enterpriseId : null;
}

function itemProblems(
  view: EngineView,
  actor: AccountActor,
  items: readonly SiteItem[],
  item: SiteItem,
  rehearsed: Rehearsed | undefined,
): readonly SiteProblem[] {
  const at = { line: item.line, path: item.path };
  const say = (message: string): SiteProblem => ({ ...at, message: `${item.id}: ${message}` });
  const lacking = rightsOf(view, items, item).find(([action, enterprise]) => !may(actor, action, { enterprise }));
  if (lacking !== undefined) return [say(`not-allowed: needs the right ${lacking[0]}`)];
  if (item.kind === 'device' || item.kind === 'gateway') {
    if (item.what === 'change' && item.fields.includes('enterpriseId'))
      return [say('enterprise-fixed: what has a credential stays with its enterprise')];
  }
  return unsound(item, rehearsed);
}

/** Every right that one thing of the file takes, and where. */
function rightsOf(
  view: EngineView,
  items: readonly SiteItem[],
  { kind, what, change }: SiteItem,
): readonly (readonly [Action, string | null])[] {
  if (change === null) return [];
  const current = view.assets(kind).get(change.value.id);
  switch (change.asset) {
    case 'area':
      return [['config.write', null]];
    case 'enterprise': {
      const toTest = current !== undefined && 'kind' in current && current.kind === 'real' && change.value.kind === 'test';
      return [['config.write', change.value.id], ...(toTest ? ([['config.write', null]] as const) : [])];
    }
    case 'site':
    case 'hazard-source': {
      const moved = current !== undefined && 'enterpriseId' in current ? ([['config.write', current.enterpriseId]] as const) : [];
      return [['config.write', change.value.enterpriseId], ...moved];
    }
    case 'gateway':
      return [
        ['device.write', change.value.enterpriseId],
        ...(what === 'create' ? ([['credential.issue', change.value.enterpriseId]] as const) : []),
      ];
    case 'device': {
      const { enterpriseId, mode } = change.value;
      const leaves = current !== undefined && 'mode' in current && current.mode === 'live' && mode !== 'live';
      return [
        ['device.write', enterpriseId],
        ...(current !== undefined && 'enterpriseId' in current ? ([['device.write', current.enterpriseId]] as const) : []),
        ...(what === 'create' ? ([['credential.issue', enterpriseId]] as const) : []),
        ...(leaves ? ([['device.mode', enterpriseId]] as const) : []),
      ];
    }
    case 'rule':
      return [['rule.write', enterpriseOfRule(change.value, items, view)]];
  }
}

function needsSecond(
  actor: AccountActor,
  items: readonly SiteItem[],
  view: EngineView,
  item: SiteItem,
  rehearsed: Rehearsed | undefined,
): boolean {
  if (item.change === null || rehearsed === undefined) return false;
  const { change } = item;
  const { softened } = rehearsed;
  if (isPut(change)) {
    const enterprise = enterpriseOf(view, change);
    const harm = change.asset === 'enterprise' ? { ...rehearsed, softened: [] } : rehearsed;
    return item.what === 'change' && wantsSecond(view, actor, enterprise, harm);
  }
  if (change.asset !== 'rule') return false;
  const enterprise = enterpriseOfRule(change.value, items, view);
  if (wantsSecond(view, actor, enterprise, { softened, silenced: [] })) return true;
  return softened.length > 0 && !may(actor, 'rule.soften', { enterprise });
}

function isPut(change: Put): change is PutChange {
  return change.asset === 'device' || change.asset === 'hazard-source' || change.asset === 'enterprise';
}

/** A rule says its own. */
function reasonOf({ change }: SiteItem, given: string | undefined): string | null {
  return change?.asset === 'rule' ? change.value.reason : (given ?? null);
}

async function writeAll(
  platform: Platform,
  provisioning: Provisioning,
  actor: AccountActor,
  requestId: string,
  going: readonly SiteItem[],
  asking: ReadonlySet<SiteItem>,
  say: {
    readonly enterpriseOf: (rule: Rule) => string | null;
    readonly reasonOf: (item: SiteItem) => string;
    readonly auditLine: Telling['auditLine'];
    /** What an item softens by itself, with what it softens together with the rest of the file: that is what its second person agrees to. */
    readonly foreseen: (item: SiteItem, softened: readonly SoftenedLimit[]) => readonly SoftenedLimit[];
    readonly failed: (error: unknown) => void;
  },
): Promise<{ readonly outcomes: ReadonlyMap<SiteItem, Outcome>; readonly credentials: readonly { username: string; password: string }[] }> {
  const outcomes = new Map<SiteItem, Outcome>();
  const credentials: { username: string; password: string }[] = [];
  const write = async (batch: readonly SiteItem[]): Promise<void> => {
    const first = batch[0];
    if (first?.change === null || first === undefined) return;
    if (asking.has(first) && first.change.asset === 'rule') {
      const { base, value } = first.change;
      const enterpriseId = say.enterpriseOf(value);
      const change = { op: 'put', asset: 'rule', base, value } as const;
      const { devices, softened } = platform.view.tryRule(change);
      const request = ruleRequest(change, value, { devices, softened: say.foreseen(first, softened) });
      const resource = `rules/${value.id}`;
      const asking = { kind: changeRule, enterpriseId, resource, request, reason: say.reasonOf(first) };
      const { approval } = await askSecondPerson(platform, actor, asking, { auditLine: say.auditLine, resource });
      outcomes.set(first, { outcome: 'waits', approval: approval.id });
    } else if (asking.has(first) && isPut(first.change)) {
      const silenced = platform.view.silencedBy(first.change);
      const { change } = first;
      const softened = change.asset === 'enterprise' ? [] : say.foreseen(first, platform.view.tryAsset(change).softened);
      const { asking: wanted, resource } = askingFor({ platform, change, reason: say.reasonOf(first), harm: { silenced, softened } });
      const text = silencedText(silenced);
      const { approval } = await askSecondPerson(platform, actor, wanted, { auditLine: say.auditLine, resource, text });
      outcomes.set(first, { outcome: 'waits', approval: approval.id });
    } else if (first.what === 'create' && (first.kind === 'device' || first.kind === 'gateway')) {
      const wanted = batch.flatMap(({ id, change }) =>
        change !== null && 'enterpriseId' in change.value ? [{ id, enterprise: change.value.enterpriseId, change }] : [],
      );
      const made = await provisioning.create(actor, requestId, first.kind, wanted);
      batch.forEach((item, i) => {
        const result = made[i];
        if (result !== undefined && 'secret' in result) credentials.push({ username: item.id, password: result.secret });
        outcomes.set(item, { outcome: result === undefined ? 'internal' : 'secret' in result ? 'done' : result.problem.code });
      });
    } else {
      const changes = batch.flatMap(({ change }): ConfigChange[] => (change === null ? [] : [change]));
      const results = await platform.configure(actor, requestId, changes);
      batch.forEach((item, i) => outcomes.set(item, { outcome: codeOf(results[i]) }));
    }
  };
  // What waits is told as it stands once the rest is done: that is what it is compared with when it is carried out.
  for (const batch of batches(
    [...going].sort((a, b) => Number(asking.has(a)) - Number(asking.has(b))),
    asking,
  )) {
    try {
      await write(batch);
    } catch (error) {
      // What was done before stays done, and the secrets of devices that were made are told this once alone.
      const { code } = asProblem(error);
      if (code === 'internal') say.failed(error);
      for (const item of batch) outcomes.set(item, { outcome: code });
    }
  }
  return { outcomes, credentials };
}

function merged(some: readonly SoftenedLimit[], others: readonly SoftenedLimit[]): readonly SoftenedLimit[] {
  return [...some, ...others.filter((other) => !some.some((one) => isDeepStrictEqual(one, other)))];
}

function codeOf(outcome: SubmitOutcome | undefined): string {
  if (outcome === undefined) return 'internal';
  return outcome.ok ? 'done' : outcome.code;
}

/** Neighbours that are written in one go: in the order of the file, so that what is referred to comes first. */
function batches(going: readonly SiteItem[], asking: ReadonlySet<SiteItem>): readonly (readonly SiteItem[])[] {
  const out: SiteItem[][] = [];
  for (const item of going) {
    const last = out.at(-1);
    const before = last?.[0];
    const alike =
      before !== undefined && before.section === item.section && before.what === item.what && !asking.has(before) && !asking.has(item);
    if (last !== undefined && alike && last.length < BATCH) last.push(item);
    else out.push([item]);
  }
  return out;
}
