import { decodeJson, decodeText } from './json.ts';
import { isFields } from './telemetry.ts';

/** `online`, `offline`, or `{"status": "offline"}`; null for anything else. Longest understood payload: 64 bytes. */
export function decodeStatus(payload: Uint8Array): 'online' | 'offline' | null {
  if (payload.length > 64) return null;
  const word = statusWord(decodeText(payload));
  if (word !== null) return word;
  const decoded = decodeJson(payload);
  if (!decoded.ok || decoded.duplicates !== null) return null;
  if (isFields(decoded.value)) return Object.hasOwn(decoded.value, 'status') ? statusWord(decoded.value['status']) : null;
  return statusWord(decoded.value);
}

function statusWord(value: unknown): 'online' | 'offline' | null {
  return value === 'online' || value === 'offline' ? value : null;
}
