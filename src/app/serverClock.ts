import { type CoordinatorState } from './coordinatorState';

/**
 * What the server's clock shows at a moment of the browser's, both in milliseconds since 1970, as far as an answer told
 * it; the browser's own where none did.
 */
export function serverNow({ approvals, aftermath }: CoordinatorState, now: number): number {
  for (const { value, receivedAt } of [approvals, aftermath]) {
    const asOf = value ? Date.parse(value.asOf) : NaN;
    if (!Number.isNaN(asOf) && receivedAt !== undefined) {
      return asOf + Math.max(0, now - receivedAt);
    }
  }
  return now;
}
