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
    ['too many series (1.1 and later)', 400, '{"error":"partial write: max-series-per-database limit exceeded: (2) dropped=20"}', 'failed'],
    [
      'too many values of a tag',
      400,
      '{"error":"partial write: max-values-per-tag limit exceeded (9/9): measurement=\\"lel\\" tag=\\"device\\" value=\\"d\\" dropped=1"}',
      'failed',
    ],
    ['too many series (1.0)', 500, '{"error":"max series per database exceeded: lel,device=d"}', 'failed'],
    [
      'too many columns (3.x)',
      400,
      '{"error":"partial write of line protocol occurred","data":[{"original_line":"m,d=1 v=1","error_message":"update to schema would exceed number of columns per table limit of 500 columns"}]}',
      'failed',
    ],
    [
      'a text reading that talks of limits does not stop the store (1.x)',
      400,
      '{"error":"unable to parse \'m v=\\"max-series-per-database limit exceeded\': unbalanced quotes"}',
      'partly',
    ],
    [
      'a text reading that talks of limits does not stop the store (3.x)',
      400,
      '{"error":"partial write of line protocol occurred","data":[{"original_line":"m v=\\"max-values-per-tag limit exceeded\\" 1","error_message":"invalid column type"}]}',
      'partly',
    ],
    ['a timeout says nothing', 500, '{"error":"timeout"}', 'failed'],
  ])('%s', (_, status, body, kind) => {
    expect(judge(new HttpError(status, '', body)).kind).toBe(kind);
  });

  it('finds the limit also behind many refused lines', () => {
    const line = '{"original_line":"m v=1","error_message":"invalid column type"}';
    const limit =
      '{"original_line":"n v=1","error_message":"Update to schema would exceed number of tag columns per table limit of 250 columns"}';
    const body = `{"error":"partial write of line protocol occurred","data":[${`${line},`.repeat(20)}${limit}]}`;
    expect(judge(new HttpError(400, '', body))).toMatchObject({ kind: 'failed' });
  });

  it('counts what was dropped, where the server tells', () => {
    expect(judge(new HttpError(400, '', 'partial write: points beyond retention policy dropped=12'))).toMatchObject({ dropped: 12 });
    expect(judge(new HttpError(400, '', 'unable to parse'))).toMatchObject({ dropped: null });
  });

  it('takes a broken connection for a failure', () => {
    expect(judge(new Error('ECONNREFUSED'))).toEqual({ kind: 'failed', message: 'ECONNREFUSED' });
  });
});
