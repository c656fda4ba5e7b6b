import type { Alarm } from '../../model/alarm.ts';

/** Every code a request can be refused with, its HTTP status and its English title. A code never changes its meaning. */
export const PROBLEMS = {
  'invalid-request': [400, 'The request is not understood'],
  'invalid-json': [400, 'The body is not JSON'],
  'not-signed-in': [401, 'Sign in first'],
  'sign-in-failed': [401, 'Name or password is wrong'],
  'not-allowed': [403, 'This account may not do this'],
  'token-outlives': [403, 'A token makes none that outlives it'],
  csrf: [403, 'The CSRF token is missing or wrong'],
  'origin-not-allowed': [403, 'Requests from another origin are refused'],
  'password-change-required': [403, 'The password must be changed first'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'alarm-changed': [409, 'The alarm has changed since it was seen'],
  'state-not-allowed': [409, 'The alarm is in a state that does not allow this'],
  'too-late': [409, 'Too late for this'],
  'red-not-shelvable': [409, 'A red alarm is never shelved'],
  'permit-end-required': [422, 'What can become red is taken out of service for seven days at most'],
  'approval-required': [409, 'A second person has to agree'],
  'same-person': [409, 'A second person is somebody else'],
  'already-decided': [409, 'It was decided before'],
  'approval-outdated': [409, 'It would come to more, or to something else, than was put before the second person'],
  'not-on-watch': [409, 'Somebody else has the watch'],
  'shift-changed': [409, 'Another shift has begun since'],
  'already-signed': [409, 'It was signed before'],
  'handover-changed': [409, 'Another first signature stands than the one that was seen'],
  'handover-not-signed': [409, 'The outgoing person has not signed'],
  'id-taken': [409, 'The id is taken'],
  'id-retired': [409, 'The id belonged to something retired and is not given again'],
  'device-offline': [409, 'The device does not listen now; nothing is kept for later'],
  'last-admin': [409, 'The last active administrator stays one'],
  'in-use': [409, 'Still in use'],
  'enterprise-fixed': [409, 'What has a credential stays with its enterprise'],
  'revision-conflict': [412, 'Changed by someone else meanwhile'],
  'too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Send application/json'],
  'unknown-reference': [422, 'Refers to something that does not exist'],
  invalid: [422, 'The change is not possible'],
  'unknown-command': [422, 'The device does not know this command'],
  'idempotency-key-reused': [422, 'The idempotency key was used for another request'],
  'too-many-attempts': [429, 'Too many attempts'],
  'too-many-approvals': [429, 'Too many requests wait for a second person already'],
  'too-many-backtests': [429, 'Too many backtests wait already'],
  'too-many-exports': [429, 'Too many tables are being sent already'],
  'too-many-commands': [429, 'Too many commands to this device already'],
  'too-many-runs': [429, 'Too many scenarios wait already'],
  internal: [500, 'Something broke here'],
  unavailable: [503, 'Cannot be made durable now'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export function isProblemCode(code: string | null): code is ProblemCode {
  return code !== null && Object.hasOwn(PROBLEMS, code);
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}
export interface ProblemExtras {
  readonly errors?: readonly FieldError[];
  readonly alarm?: Alarm;
  readonly current?: unknown;
}

/** A refusal on its way to `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly extras: ProblemExtras;
  /** Its line was written with what it changed: a refusal that settles something. */
  audited = false;
  constructor(code: ProblemCode, detail?: string, extras: ProblemExtras = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.extras = extras;
  }
  get status(): number {
    return PROBLEMS[this.code][0];
  }
  /** The body; `requestId` finds the matching log line. */
  body(requestId: string): Record<string, unknown> {
    const [status, title] = PROBLEMS[this.code];
    return {
      type: `urn:beacon-tower:problem:${this.code}`,
      title,
      status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      requestId,
      ...this.extras,
    };
  }
}
