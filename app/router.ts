import type { LiveEvent } from '../model/alarm.ts';
import type { LiveListener } from '../model/ports/platform.ts';
import type { RuleVersion } from '../model/engine.ts';
import type { Sample } from '../model/reading.ts';
import type { WarningLive } from '../model/warning.ts';
import type { EventFeed } from './event-feed.ts';
import type { RuleFeed } from './rule-feed.ts';

/** Who hears of what was applied: the alarm history and the live clients. Called on the main thread, in order; nothing here waits. */
export interface Router {
  events(events: readonly LiveEvent[]): void;
  warnings(events: readonly WarningLive[]): void;
  rules(versions: readonly RuleVersion[]): void;
  samples(enterprise: string, samples: readonly Sample[]): void;
  health(codes: readonly string[]): void;
  subscribe(listener: LiveListener): () => void;
}

export function createRouter(feed: EventFeed<LiveEvent>, warningFeed: EventFeed<WarningLive>, ruleFeed: Pick<RuleFeed, 'push'>): Router {
  const listeners = new Set<LiveListener>();
  return {
    events(events) {
      if (events.length === 0) return;
      for (const listener of listeners) listener.onEvents(events);
      feed.push(events);
    },
    warnings(events) {
      for (const listener of listeners) listener.onWarnings?.(events);
      warningFeed.push(events);
    },
    rules: (versions) => ruleFeed.push(versions),
    samples(enterprise, samples) {
      for (const listener of listeners) listener.onSamples(enterprise, samples);
    },
    health(codes) {
      for (const listener of listeners) listener.onHealth(codes);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
