import { describe, expect, it } from 'vitest';
import { answerTo } from './answer.ts';

describe("a device's answer to a command", () => {
  it.each([
    ['{"id":"1","command":"silence"}', { id: '1', ok: true }],
    ['{"id":"2","command":"self-test","expiresAt":1000}', { id: '2', ok: true }],
    ['{"id":"3","command":"open-pod-bay-door"}', { id: '3', ok: false, detail: 'not supported by this device' }],
    ['{"id":"4"}', { id: '4', ok: false, detail: 'not supported by this device' }],
    ['{"id":"5","command":"silence","expiresAt":999}', { id: '5', ok: false, detail: 'too late' }],
    ['{"command":"silence"}', undefined],
    ['null', undefined],
    ['not json', undefined],
  ])('%s', (text, answer) => {
    expect(answerTo(text, 1_000)?.answer).toEqual(answer);
  });

  it("is the device's own where it has one, and it does nothing that has no id or is too late", () => {
    const done: string[] = [];
    const obey = (command: string) => {
      done.push(command);
      return command === 'close-valve' ? { ok: false, detail: 'stuck' } : null;
    };
    expect(answerTo('{"id":"1","command":"close-valve"}', 0, obey)).toEqual({
      command: 'close-valve',
      answer: { id: '1', ok: false, detail: 'stuck' },
    });
    expect(answerTo('{"id":"2","command":"silence"}', 0, obey)?.answer.ok).toBe(true);
    answerTo('{"command":"close-valve"}', 0, obey);
    answerTo('{"id":"3","command":"close-valve","expiresAt":1}', 2, obey);
    expect(done).toEqual(['close-valve', 'silence']);
  });
});
