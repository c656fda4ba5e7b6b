import { describe, expect, it } from 'vitest';
import { createBacklog } from './backlog.ts';
import { answerTo } from './device-link.ts';

describe("a device's backlog", () => {
  it('gives everything back once, oldest first', () => {
    const backlog = createBacklog<number>(100);
    for (let i = 1; i <= 7; i += 1) backlog.push(i);
    expect(backlog.length).toBe(7);
    expect(backlog.take()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(backlog.take()).toEqual([]);
    expect(backlog.lost).toBe(0);
  });

  it('gives up the oldest when it is full, and counts them', () => {
    const backlog = createBacklog<number>(3);
    for (let i = 1; i <= 5; i += 1) backlog.push(i);
    expect(backlog.take()).toEqual([3, 4, 5]);
    expect(backlog.lost).toBe(2);
  });
});

describe("a device's answer to a command", () => {
  it.each([
    ['{"id":"1","command":"silence"}', { id: '1', ok: true }],
    ['{"id":"2","command":"self-test"}', { id: '2', ok: true }],
    ['{"id":"3","command":"open-pod-bay-door"}', { id: '3', ok: false, detail: 'not supported by this device' }],
    ['{"id":"4"}', { id: '4', ok: false, detail: 'not supported by this device' }],
    ['{"command":"silence"}', null],
    ['null', null],
    ['not json', null],
  ])('%s', (text, answer) => {
    expect(answerTo(text)).toEqual(answer);
  });
});
