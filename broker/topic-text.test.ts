import { describe, expect, it } from 'vitest';
import { isCleanText, topicLevels } from './topic-text.ts';

describe('isCleanText', () => {
  it.each(['beacon/v1/e/d-1/telemetry', '罐区/三号', 'a😀b', ''])('takes %j', (text) => expect(isCleanText(text)).toBe(true));
  it.each(['a\u0000', 'a\nb', 'a\u007f', 'a\u009f', '\ufffd', '\ufeff\uffff', '\ufdd0', '\ud800', 'a\udc00', '\ud83d'])(
    'refuses %j',
    (text) => expect(isCleanText(text)).toBe(false),
  );
});

describe('topicLevels', () => {
  it('counts empty levels too', () => {
    expect(topicLevels('a')).toBe(1);
    expect(topicLevels('/a/')).toBe(3);
  });
});
