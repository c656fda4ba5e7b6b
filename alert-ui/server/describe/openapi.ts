import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { bodyLimitOf, type Route } from '../http/route.ts';
import { PROBLEMS, type ProblemCode } from '../problem.ts';
import { problem } from '../schema/common.ts';

export const BASE = '/api/v1';

const TAGS = {
  session: 'Sign-in, API tokens',
  accounts: 'Accounts of people and services, and what everybody did',
  assets: 'Areas, enterprises, sites, hazard sources',
  devices: 'Devices, gateways, readings, the ingest ledger',
  warnings: 'Risk levels of hazard sources, enterprises and areas, and what people say about them',
  hazards: 'Major hazard installations (GB 18218)',
  alarms: 'Alarms and what people do with them',
  shifts: 'Who has the watch, and what was handed over',
  rules: 'Rules that change limits, their revisions, and sites as files',
  scenarios: 'The scenario library, played on virtual time',
  system: 'Is it alive',
} as const;

/** The OpenAPI 3.1 document, made from the very routes that answer. */
export function describeHttp(routes: readonly Route[], build: string): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = `${BASE}${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Beacon Tower',
      version: build,
      description:
        'Work-safety monitoring and early warning. Errors are application/problem+json (RFC 9457) with a stable `code`. Changing requests take `Idempotency-Key`. Times are UTC milliseconds. Live events: /asyncapi.json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }, { cookie: [], csrf: [] }],
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token; wins over the cookie and needs no CSRF token.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'beacon.sid' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token', description: 'For changing requests with a cookie.' },
      },
    },
    paths: { ...paths, ...rootPaths },
  });
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const changing = route.method !== 'get';
  const responses: ZodOpenApiOperationObject['responses'] = {};
  for (const [status, reply] of Object.entries(route.replies)) {
    responses[status as '200'] = {
      description: reply.description,
      ...(reply.schema === undefined ? {} : { content: { 'application/json': { schema: reply.schema } } }),
      ...(reply.text === undefined ? {} : { content: { [reply.text]: { schema: z.string() } } }),
    };
  }
  for (const [status, codes] of problemsByStatus(problemsOf(route))) {
    responses[String(status) as '400'] = { description: codes.join(', '), content: { 'application/problem+json': { schema: problem } } };
  }
  const header: Record<string, z.ZodType> = {};
  if (changing && route.access !== 'open' && route.idempotencyKey !== false) {
    header['Idempotency-Key'] = z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'The same key with the same request is answered as the first time.' });
  }
  if (route.problems?.includes('revision-conflict') === true) {
    header['If-Match'] = z.string().optional().meta({ description: 'The revision the change is based on; without it, the present one.' });
  }
  const query = route.query instanceof z.ZodObject ? route.query : undefined;
  const params = route.params instanceof z.ZodObject ? route.params : undefined;
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.access === 'open' ? { security: [] } : {}),
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(query === undefined ? {} : { query }),
      ...(Object.keys(header).length === 0 ? {} : { header: z.object(header) }),
    },
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route, route.body) }),
    responses,
  };
}

function bodyOf(route: Route, schema: z.ZodType): NonNullable<ZodOpenApiOperationObject['requestBody']> {
  const most = bodyLimitOf(route);
  return {
    required: true,
    description: `At most ${most / 1_024} kB; a longer one is \`too-large\`.`,
    content: Object.fromEntries((route.textBody ?? ['application/json']).map((type) => [type, { schema }])),
    'x-max-bytes': most,
  };
}

/** Codes a route can be refused with, those that come before its handler included. */
export function problemsOf(route: Route): readonly ProblemCode[] {
  const changing = route.method !== 'get';
  const codes = new Set<ProblemCode>(route.problems);
  if (route.body !== undefined || route.query !== undefined) codes.add('invalid-request');
  if (route.body !== undefined) for (const code of ['too-large', 'unsupported-media-type'] as const) codes.add(code);
  if (route.body !== undefined && route.textBody === undefined) codes.add('invalid-json');
  if (route.access !== 'open') {
    codes.add('not-signed-in');
    if (route.access !== 'session') codes.add('password-change-required');
    if (changing) for (const code of ['csrf', 'origin-not-allowed'] as const) codes.add(code);
    if (changing && route.idempotencyKey !== false) codes.add('idempotency-key-reused');
  }
  return [...codes];
}

function problemsByStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const status = PROBLEMS[code][0];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

const readiness = z.object({ ready: z.boolean(), codes: z.array(z.string()) });
const rootPaths: ZodOpenApiPathsObject = {
  '/healthz': {
    get: {
      operationId: 'healthz',
      tags: ['system'],
      summary: 'The process is alive',
      security: [],
      responses: { '200': { description: 'Alive', content: { 'application/json': { schema: z.object({ status: z.literal('ok') }) } } } },
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      tags: ['system'],
      summary: 'Every door open and recovery done',
      security: [],
      responses: {
        '200': { description: 'Ready', content: { 'application/json': { schema: readiness } } },
        '503': { description: 'Not ready, with the reasons', content: { 'application/json': { schema: readiness } } },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      tags: ['system'],
      summary: 'Prometheus metrics; from loopback, or with a token that may see everything',
      responses: {
        '200': { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
        '401': { description: 'not-signed-in', content: { 'application/problem+json': { schema: problem } } },
        '403': { description: 'not-allowed', content: { 'application/problem+json': { schema: problem } } },
      },
    },
  },
};
