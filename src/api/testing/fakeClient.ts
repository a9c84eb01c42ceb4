import { defer, NEVER, of, Subject, throwError, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../client';
import {
  type Action,
  type AuditRow,
  type ConfirmRequest,
  type Kind,
  type Plan,
  type PlanRequest,
  type Support,
} from '../types';
import { plan, support } from './samples';

/** One answer to one request. */
type Answer<T> = { value: T } | { error: unknown } | 'never';

/**
 * A server in the browser's place: it answers what it is told to, in order, repeats its last answer, and remembers what
 * it was asked.
 */
export class FakeClient implements CoordinatorClient {
  readonly planned: PlanRequest[] = [];
  readonly confirmed: Array<{ planId: string; kind: Kind; request: ConfirmRequest }> = [];
  readonly readings: string[] = [];

  plans: Array<Answer<Plan>> = [{ value: plan() }];
  actions: Array<Answer<Action>> = ['never'];
  supports: Array<Answer<Support>> = [{ value: support() }];
  audits: Array<Answer<AuditRow[]>> = [{ value: [] }];
  /** The answer to the confirmation is given by the story. */
  readonly confirmation = new Subject<Action>();

  support(): Observable<Support> {
    return defer(() => answer(this.supports));
  }

  plan(request: PlanRequest): Observable<Plan> {
    return defer(() => {
      this.planned.push(request);
      return answer(this.plans);
    });
  }

  confirm(planId: string, kind: Kind, request: ConfirmRequest): Observable<Action> {
    return defer(() => {
      this.confirmed.push({ planId, kind, request });
      return this.confirmation;
    });
  }

  audit(): Observable<AuditRow[]> {
    return defer(() => answer(this.audits));
  }

  action(id: string): Observable<Action> {
    return defer(() => {
      this.readings.push(id);
      return answer(this.actions);
    });
  }
}

function answer<T>(answers: Array<Answer<T>>): Observable<T> {
  const next = answers.length > 1 ? answers.shift() : answers[0];
  if (next === undefined || next === 'never') {
    return NEVER;
  }
  return 'value' in next ? of(next.value) : throwError(() => next.error);
}
