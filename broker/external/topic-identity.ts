import type { Publisher } from '../../model/ports/message-source.ts';

/** Messages on these topics are asked of the broker; `+` stands for enterprise and device. */
export const READING_FILTERS = ['beacon/v1/+/+/telemetry', 'beacon/v1/+/+/command/result'] as const;
/** Never by a shared subscription: what the broker keeps (RETAIN) is not sent on those [MQTT-4.8.2]. */
export const STATUS_FILTER = 'beacon/v1/+/+/status';

/** Topics and devices remembered; above it all are forgotten and learned again. */
const REMEMBERED = 300_000;
/** Longest part of a topic that can be an id; a longer one is refused by the door all the same. */
const ID_CHARS = 64;

/** One device as it speaks through the external broker. */
export interface Speaker {
  readonly publisher: Publisher;
  /** Messages of it on this connection so far. */
  nth: number;
}

/** What a topic says. */
export interface TopicIdentity {
  readonly speaker: Speaker;
  readonly isStatus: boolean;
}

/**
 * Behind an external broker the topic is the only identity: who may publish to it is that broker's access list. One instance lives as
 * long as one connection.
 */
export class TopicIdentities {
  readonly #connection: number;
  readonly #address: string;
  readonly #byTopic = new Map<string, TopicIdentity>();
  readonly #speakers = new Map<string, Speaker>();

  /** @param connection number of the connection; @param address the broker, for the ledger */
  constructor(connection: number, address: string) {
    this.#connection = connection;
    this.#address = address;
  }

  of(topic: string): TopicIdentity {
    const known = this.#byTopic.get(topic);
    if (known !== undefined) return known;
    if (this.#byTopic.size >= REMEMBERED) {
      this.#byTopic.clear();
      this.#speakers.clear();
    }
    const levels = topic.split('/');
    const enterprise = (levels[2] ?? '').slice(0, ID_CHARS);
    const device = (levels[3] ?? '').slice(0, ID_CHARS);
    const made: TopicIdentity = { speaker: this.#speaker(enterprise, device), isStatus: levels.length === 5 && levels[4] === 'status' };
    this.#byTopic.set(topic, made);
    return made;
  }

  #speaker(enterprise: string, device: string): Speaker {
    const key = `${enterprise}/${device}`;
    const known = this.#speakers.get(key);
    if (known !== undefined) return known;
    const publisher: Publisher = {
      credential: device,
      kind: 'device',
      enterprise,
      device,
      client: `${device}/upstream`,
      connection: this.#connection,
      address: this.#address,
    };
    const made: Speaker = { publisher, nth: 0 };
    this.#speakers.set(key, made);
    return made;
  }
}
