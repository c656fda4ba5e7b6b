import { z } from 'zod';
import * as asset from '../schema/asset.ts';
import { id, level, name, quality } from '../schema/common.ts';
import { newRule } from '../schema/rule.ts';

/** Version of the file's shape; another one is refused. */
export const SITE_FILE = 1;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;

/** `90s`, `1m30s`, `0.5s`, `2h` → ms. */
const duration = z
  .string()
  .regex(DURATION, 'a time such as 0s, 90s, 1m30s or 2h')
  .transform((text) => {
    let ms = 0;
    for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) ms += Number(count) * unitMs(unit);
    return Math.round(ms);
  });
function unitMs(unit: string | undefined): number {
  return unit === 'ms' || unit === 's' || unit === 'm' || unit === 'h' ? UNIT_MS[unit] : 0;
}

const reading = z.strictObject({
  at: duration,
  device: id.optional(),
  values: z.record(z.string().max(80), z.union([z.number(), z.boolean(), z.string().max(64), z.null()])),
  quality: z.record(z.string().max(80), quality).optional(),
});
const expected = z.strictObject({
  code: z.string().min(1).max(40),
  level: level.optional(),
  at: duration.optional(),
  within: duration.default(1_000),
  device: id.optional(),
  measurement: z.string().max(80).optional(),
});

/** Readings in, alarms expected: a site's own proof that its rules do what it means. */
const ruleTest = z.strictObject({
  name: z.string().trim().min(1).max(200),
  device: id.optional(),
  readings: z.array(reading).min(1).max(10_000),
  until: duration.optional(),
  expect: z.union([z.literal('none'), z.array(expected).min(1).max(1_000)]),
});
export type RuleTest = z.output<typeof ruleTest>;

const gateway = z.strictObject({ id, name: name.optional(), enterpriseId: id });
const rule = newRule.extend({ id });

/** Kinds of things in the order in which they must come to be, with their section. */
export const SECTIONS = {
  areas: { kind: 'area', schema: asset.newArea },
  enterprises: { kind: 'enterprise', schema: asset.newEnterprise },
  sites: { kind: 'site', schema: asset.newSite },
  'hazard-sources': { kind: 'hazard-source', schema: asset.newHazardSource },
  gateways: { kind: 'gateway', schema: gateway },
  devices: { kind: 'device', schema: asset.newDevice },
  rules: { kind: 'rule', schema: rule },
} as const;
export type Section = keyof typeof SECTIONS;
export const SECTION_NAMES = [
  'areas',
  'enterprises',
  'sites',
  'hazard-sources',
  'gateways',
  'devices',
  'rules',
] as const satisfies readonly Section[];

const MOST = 20_000;
export const siteFile = z.strictObject({
  'beacon-site': z.literal(SITE_FILE),
  areas: z.array(asset.newArea).max(MOST).default([]),
  enterprises: z.array(asset.newEnterprise).max(MOST).default([]),
  sites: z.array(asset.newSite).max(MOST).default([]),
  'hazard-sources': z.array(asset.newHazardSource).max(MOST).default([]),
  gateways: z.array(gateway).max(MOST).default([]),
  devices: z.array(asset.newDevice).max(MOST).default([]),
  rules: z.array(rule).max(MOST).default([]),
  tests: z.array(ruleTest).max(1_000).default([]),
});
export type SiteFile = z.output<typeof siteFile>;
