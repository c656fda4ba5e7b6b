import { HttpError } from '@influxdata/influxdb-client';
import { describe, expect, it } from 'vitest';
import { judge } from './send.ts';

describe('what the server meant', () => {
  it.each([
    [
      'field type conflict',
      400,
      '{"error":"partial write: field type conflict: input field \\"lel\\" is type string dropped=3"}',
      'partly',
    ],
    ['2.x says 422', 422, '{"message":"failure writing points: partial write: field type conflict"}', 'partly'],
    ['a line it cannot read', 400, '{"error":"unable to parse \'x\': missing fields"}', 'partly'],
    ["a proxy's 400 is no verdict about points", 400, '<html>Bad Request</html>', 'failed'],
    ['no rights', 401, '{"error":"authorization failed"}', 'failed'],
    ['a wrong path', 404, '404 page not found', 'failed'],
    ['the database is gone', 404, '{"error":"database not found: \\"beacon\\""}', 'no-database'],
    ['too long', 413, '{"error":"Request Entity Too Large"}', 'too-long'],
    ['full', 500, '{"error":"engine: no space left on device"}', 'failed'],
    ['a timeout says nothing', 500, '{"error":"timeout"}', 'failed'],
  ])('%s', (_, status, body, kind) => {
    expect(judge(new HttpError(status, '', body)).kind).toBe(kind);
  });

  it('counts what was dropped, where the server tells', () => {
    expect(judge(new HttpError(400, '', 'partial write: points beyond retention policy dropped=12'))).toMatchObject({ dropped: 12 });
    expect(judge(new HttpError(400, '', 'unable to parse'))).toMatchObject({ dropped: null });
  });

  it('takes a broken connection for a failure', () => {
    expect(judge(new Error('ECONNREFUSED'))).toEqual({ kind: 'failed', message: 'ECONNREFUSED' });
  });
});
