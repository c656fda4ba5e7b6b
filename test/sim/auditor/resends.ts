// Is a message one that was sent before (semantics 2)?
import type { Entry, MessageBody } from '../../../model/entry.ts';

export class Resends {
  private readonly messages: (Entry & MessageBody)[] = [];

  /** Same credential, same bytes, and either a stamp among them or the packet id of one from before, early in a new connection. */
  take(message: Entry & MessageBody): boolean {
    const resend = this.isResend(message);
    this.messages.push(message);
    return resend;
  }

  private isResend(message: Entry & MessageBody): boolean {
    return this.messages.some((old) => {
      if (old.credential !== message.credential || old.digest !== message.digest) return false;
      if (message.stamped) return true;
      return message.packetId !== null && old.packetId === message.packetId && message.nth < 64 && old !== message;
    });
  }
}
