import { Readable } from 'node:stream';
import type { Client } from 'aedes';
import type { Qos2Ids } from './qos2-ids.ts';

interface Packet {
  readonly cmd?: string;
  readonly messageId?: number;
}

/**
 * The persistence that Aedes asks for. Nothing of a session is kept but the packet ids of QoS 2 (`Qos2Ids`): commands are not
 * queued for devices that are away (`send` says so), telemetry is not stored here, and a client with clean = 0 is told "session
 * not present" and subscribes again, which MQTT 3.1.1 clause 3.2.2.2 allows.
 * The method names and shapes are aedes-persistence's; a contract test holds them to the pinned version.
 */
export function noSessions(ids: Qos2Ids): object {
  const nothing = async (): Promise<void> => {};
  const none = async (): Promise<readonly never[]> => [];
  const empty = (): Readable => Readable.from([]);
  return {
    setup: async (): Promise<void> => {},
    destroy: nothing,
    storeRetained: nothing,
    createRetainedStream: empty,
    createRetainedStreamCombi: empty,
    addSubscriptions: nothing,
    removeSubscriptions: nothing,
    subscriptionsByClient: none,
    subscriptionsByTopic: none,
    cleanSubscriptions: nothing,
    countOffline: async () => ({ subsCount: 0, clientsCount: 0 }),
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingStream: empty,
    outgoingUpdate: nothing,
    outgoingClearMessageId: nothing,
    incomingStorePacket: nothing,
    /** For a PUBLISH: always "new"; the hook has already told repeats apart. For a PUBREL: always there, so that its slot is freed. */
    async incomingGetPacket(_client: Client, packet: Packet): Promise<Packet> {
      if (packet.cmd === 'pubrel') return packet;
      throw new Error('not held');
    },
    async incomingDelPacket(client: Client, packet: Packet): Promise<void> {
      if (packet.messageId !== undefined) ids.release(client.id, packet.messageId);
    },
    cleanIncoming: nothing,
    putWill: nothing,
    getWill: nothing,
    delWill: nothing,
    streamWill: empty,
    getClientList: empty,
  };
}
