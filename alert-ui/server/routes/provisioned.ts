import { z } from 'zod';
import type { Device, Gateway } from '../../../model/asset.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demand } from '../access.ts';
import { demandReason } from '../approvals/change-asset.ts';
import { retireDevice } from '../approvals/retire-device.ts';
import { answerWaits } from '../approvals/second-person.ts';
import { aloneText, silencedText, wantsSecond } from '../approvals/silence.ts';
import { type Answer, BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { approval } from '../schema/approval.ts';
import * as schema from '../schema/asset.ts';
import { reference } from '../schema/common.ts';
import { ruleReason } from '../schema/rule.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { baseRevision, etag } from './outcome.ts';
import type { Provisioning } from './provisioning.ts';

/** What has a credential of its own. */
export type Provisioned = { readonly kind: 'device'; readonly asset: Device } | { readonly kind: 'gateway'; readonly asset: Gateway };

/** The change that puts it for the first time. */
export function firstPut({ kind, asset }: Provisioned): ConfigChange {
  return kind === 'device' ? { op: 'put', asset: 'device', value: asset, base: 0 } : { op: 'put', asset: 'gateway', value: asset, base: 0 };
}

/** Creates one with its credential, whose secret is in this answer alone. */
export async function createProvisioned(
  platform: Platform,
  provisioning: Provisioning,
  actor: AccountActor,
  requestId: string,
  made: Provisioned,
): Promise<Answer> {
  const { kind, asset } = made;
  const { id } = asset;
  const [result] = await provisioning.create(actor, requestId, kind, [{ id, enterprise: asset.enterpriseId, change: firstPut(made) }]);
  if (result === undefined || 'problem' in result) throw result?.problem ?? new HttpProblem('internal');
  return {
    status: 201,
    body: { [kind]: platform.view.assets(kind).get(id), credential: { username: id, password: result.secret } },
    headers: etag(1),
    resource: `${kind}s/${id}`,
  };
}

/** Whoever holds the new secret says what the instrument measures from now on: one person does that, at night too, and the audit says of what. */
function guardedText(view: EngineView, id: string): string {
  const red = view.silencedBy({ op: 'retire', asset: 'device', id, base: null }).flatMap((one) => one.red);
  return red.length === 0 ? '' : `from now on another secret speaks for what guards red: ${[...new Set(red)].join(', ')}`;
}

/** The end of one and of its credential, and a new secret for it: alike for devices and gateways. */
export function provisionedRoutes(
  kind: Provisioned['kind'],
  retireSummary: string,
  find: (view: EngineView, actor: AccountActor, id: string) => Device | Gateway,
  provisioning: Provisioning,
): Route[] {
  const tag = 'devices';
  const byId = z.object({ id: reference });
  return [
    route({
      method: 'delete',
      path: `/${kind}s/{id}`,
      operationId: `${kind}.retire`,
      inTurn: true,
      tag,
      summary: retireSummary,
      params: byId,
      query: z.strictObject({ reason: ruleReason.optional().meta({ description: 'Why; wanted where red would be kept from coming.' }) }),
      replies: {
        204: { description: 'Retired' },
        ...(kind === 'device' ? { 202: { description: 'A second person has to agree: the request that waits', schema: approval } } : {}),
      },
      problems: [
        ...(kind === 'device' ? (['invalid', 'too-many-approvals'] as const) : []),
        'not-found',
        'not-allowed',
        'revision-conflict',
        'unavailable',
      ],
      handle: async ({ platform, actor, path, query, ifMatch, requestId, auditLine }) => {
        const current = find(platform.view, actor, path.id);
        demand(actor, 'device.write', current.enterpriseId);
        const base = ifMatch === null ? null : baseRevision(ifMatch, current);
        if (current.retiredAt !== null) return { status: 204 };
        const silenced = kind === 'device' ? platform.view.silencedBy({ op: 'retire', asset: kind, id: path.id, base }) : [];
        if (wantsSecond(platform.view, actor, current.enterpriseId, { softened: [], silenced })) {
          const text = silencedText(silenced);
          const resource = `${kind}s/${path.id}`;
          const asking = {
            kind: retireDevice(provisioning),
            enterpriseId: current.enterpriseId,
            resource,
            request: { id: path.id, base: current.revision, silences: silenced },
            reason: demandReason(query.reason ?? null, text, true),
          };
          return answerWaits(platform, actor, asking, { auditLine, resource, text });
        }
        await provisioning.retire(actor, requestId, kind, path.id, base);
        const detail = [query.reason ?? '', aloneText(silenced)].filter((text) => text !== '').join('; ');
        return { status: 204, ...(detail === '' ? {} : { detail }) };
      },
    }),
    route({
      method: 'post',
      path: `/${kind}s/{id}/credential`,
      operationId: `${kind}.credential`,
      tag,
      summary: 'A new secret; the old one and its connections end. The audit says why, and what red the device guards',
      params: byId,
      body: z.strictObject({ reason: ruleReason.optional().meta({ description: 'Why, for the audit.' }) }),
      bodyLimit: BODY_BYTES.comment,
      replies: { 200: { description: 'Shown once', schema: z.object({ credential: schema.credential }) } },
      problems: ['not-found', 'not-allowed', 'id-retired', 'unavailable'],
      handle: async ({ platform, actor, path, body }) => {
        const asset = find(platform.view, actor, path.id);
        demand(actor, 'credential.issue', asset.enterpriseId);
        const guards = kind === 'device' ? guardedText(platform.view, asset.id) : '';
        const credential = { username: asset.id, password: await provisioning.renew(kind, asset) };
        const detail = [body.reason ?? '', guards].filter((text) => text !== '').join('; ');
        return { ...ok({ credential }), ...(detail === '' ? {} : { detail }) };
      },
    }),
  ];
}
