/** The server's clock and the browser's are never compared: each wait is a difference of one clock's times. */
import { type Approval, type Plan } from '../api/types';
import { type TimedPlan } from './states';

/**
 * How long after a plan's end a confirmation that was on its way may still be recorded, in milliseconds. The server
 * checks the end when the confirmation arrives, and reads the job before it records; no poll deadline is longer.
 */
export const RECORDING_GRACE = 60_000;

/** Until when the server may still record a confirmation of the plan, at the latest, by the browser's clock. */
export function recordableUntil(timed: TimedPlan): number {
  return timed.receivedAt + lifetime(timed.plan) + RECORDING_GRACE;
}

function lifetime(plan: Plan): number {
  return Math.max(0, Date.parse(plan.expiresAt) - Date.parse(plan.createdAt));
}

/** How long the plan can still be confirmed, in milliseconds; 0 when it has expired. Rather too short than too long. */
export function remaining(timed: TimedPlan, now: number): number {
  return Math.max(0, timed.requestedAt + lifetime(timed.plan) - now);
}

/** How long until a moment of the server's clock, in milliseconds; 0 when it has come. Rather too long than too short. */
export function until(serverTime: string, timed: TimedPlan, now: number): number {
  const wait = Date.parse(serverTime) - Date.parse(timed.plan.createdAt);
  return Number.isNaN(wait) ? 0 : Math.max(0, timed.receivedAt + wait - now);
}

/**
 * How long a request still waits, in milliseconds; 0 when its time is over.
 *
 * @param receivedAt when the request was read, by the browser's clock; the server's is never compared with it.
 */
export function waitingTime({ asOf, expiresAt }: Approval, receivedAt: number, now: number): number {
  const left = Date.parse(expiresAt) - Date.parse(asOf);
  return Number.isNaN(left) ? 0 : Math.max(0, receivedAt + left - now);
}
