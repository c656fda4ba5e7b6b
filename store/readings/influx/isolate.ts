/**
 * Finds the readings a server refuses; a reading is given up only when it was refused alone. Writing again is harmless, so a batch that was partly refused is halved until the bad ones
 * are alone. They are ordered by field and type first: what is refused is nearly always one field of one type, hence one run.
 */
import type { RejectedPoint } from '../../../model/ports/reading-store.ts';
import { type Line, lineText, type Placed } from './lines.ts';
import type { Sender } from './send.ts';

export type Delivery =
  | { readonly kind: 'delivered'; readonly rejected: readonly RejectedPoint[] }
  | { readonly kind: 'no-database'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

type Refused = Extract<Delivery, { kind: 'failed' | 'no-database' }>;

/** Sends the lines; on a partial refusal, isolates. */
export async function deliver(sender: Sender, lines: readonly Line[]): Promise<Delivery> {
  if (lines.length === 0) return { kind: 'delivered', rejected: [] };
  const answer = await sender.send(lines.map((line) => lineText(line.readings)));
  if (answer.kind === 'written') return { kind: 'delivered', rejected: [] };
  if (answer.kind === 'failed' || answer.kind === 'no-database') return answer;
  const singles = lines.flatMap((line) => line.readings).sort(byFieldAndType);
  const rejected: RejectedPoint[] = [];
  const refused = await narrow(sender, singles, rejected);
  return refused ?? { kind: 'delivered', rejected };
}

/** Each reading on a line of its own; null when all are either written or in `rejected`. */
async function narrow(sender: Sender, readings: readonly Placed[], rejected: RejectedPoint[]): Promise<Refused | null> {
  const answer = await sender.send(readings.map((reading) => lineText([reading])));
  switch (answer.kind) {
    case 'written':
      return null;
    case 'failed':
    case 'no-database':
      return answer;
    case 'partly':
    case 'too-long': {
      // Also where the server says it dropped all of them: 1.6 drops good points along with bad ones, so only one alone is judged.
      const [only] = readings;
      if (only !== undefined && readings.length === 1) {
        rejected.push({ reading: only.reading, message: answer.message });
        return null;
      }
      const half = readings.length >>> 1;
      return (await narrow(sender, readings.slice(0, half), rejected)) ?? narrow(sender, readings.slice(half), rejected);
    }
  }
}

function byFieldAndType(a: Placed, b: Placed): number {
  if (a.field !== b.field) return a.field < b.field ? -1 : 1;
  const left = typeof a.reading.value;
  const right = typeof b.reading.value;
  return left === right ? 0 : left < right ? -1 : 1;
}
