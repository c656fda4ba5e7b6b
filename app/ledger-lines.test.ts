import { describe, expect, it } from 'vitest';
import type { RefusedAtDoor } from '../model/ports/message-source.ts';
import { refusedAtDoorLine } from './ledger-lines.ts';

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

describe('a refusal at the door', () => {
  it('says the client id where there is one, and nothing where it is empty', () => {
    expect(refusedAtDoorLine(refused).detail).toBe('beacon/v1/haida/GD-07/telemtry: publish: client pump-house');
    expect(refusedAtDoorLine({ ...refused, clientId: '' }).detail).toBe('beacon/v1/haida/GD-07/telemtry: publish');
    const { at: _at, detail: _detail, ...bare } = refused;
    expect(refusedAtDoorLine({ ...bare, clientId: '' }).detail).toBeNull();
  });
});
