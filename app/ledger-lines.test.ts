import { describe, expect, it } from 'vitest';
import type { RefusedAtDoor } from '../model/ports/message-source.ts';
import type { Applied } from '../model/engine.ts';
import { acceptedDetail, refusedAtDoorLine } from './ledger-lines.ts';

const refused: RefusedAtDoor = {
  code: 'FORBIDDEN_TOPIC',
  device: 'GD-07',
  at: 'beacon/v1/haida/GD-07/telemtry',
  detail: 'publish',
  refusedAt: 0,
  address: '127.0.0.1',
  username: 'GD-07',
  clientId: 'pump-house',
};

describe('an accepted message', () => {
  const quiet: Applied = { events: [], resend: false, judged: true, outcomes: [], fault: false };
  const nothing = { retained: false, restarted: false, lost: 0, older: 0 };
  it('says what is to be noted about it, and nothing where there is nothing', () => {
    expect(acceptedDetail(quiet)).toBeNull();
    expect(acceptedDetail({ ...quiet, notes: nothing })).toBeNull();
    expect(acceptedDetail({ ...quiet, notes: { ...nothing, retained: true, lost: 2 } })).toBe('retained, 2 before it never came');
    expect(acceptedDetail({ ...quiet, notes: { ...nothing, older: 7 } })).toBe('7 kept as history, older than what was judged');
  });
});

describe('a refusal at the door', () => {
  it('says the client id where there is one, and nothing where it is empty', () => {
    expect(refusedAtDoorLine(refused).detail).toBe('beacon/v1/haida/GD-07/telemtry: publish: client pump-house');
    expect(refusedAtDoorLine({ ...refused, clientId: '' }).detail).toBe('beacon/v1/haida/GD-07/telemtry: publish');
    const { at: _at, detail: _detail, ...bare } = refused;
    expect(refusedAtDoorLine({ ...bare, clientId: '' }).detail).toBeNull();
  });
});
