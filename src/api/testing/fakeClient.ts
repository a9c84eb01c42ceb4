import { defer, NEVER, of, Subject, throwError, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../client';
import {
  type Action,
  type Aftermath,
  type Approval,
  type ApprovalList,
  type ApproveRequest,
  type AuditRow,
  type ConfirmRequest,
  type Decision,
  type Dismissal,
  type DismissRequest,
  type Kind,
  type Plan,
  type PlanRequest,
  type ReasonRequest,
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

  readonly requested: Array<{ planId: string; request: ConfirmRequest }> = [];
  readonly incidents: ReasonRequest[] = [];
  readonly approved: Array<{ id: string; request: ApproveRequest }> = [];
  readonly rejected: Array<{ id: string; request: ReasonRequest }> = [];
  readonly dismissed: Array<{ jobId: string; request: DismissRequest }> = [];
  /** How often a request for a second person, and the list of them, was read. */
  readonly approvalReadings: string[] = [];
  listReadings = 0;

  plans: Array<Answer<Plan>> = [{ value: plan() }];
  actions: Array<Answer<Action>> = ['never'];
  supports: Array<Answer<Support>> = [{ value: support() }];
  audits: Array<Answer<AuditRow[]>> = [{ value: [] }];
  approvalAnswers: Array<Answer<Approval>> = ['never'];
  lists: Array<Answer<ApprovalList>> = ['never'];
  aftermaths: Array<Answer<Aftermath>> = [{ value: { asOf: '', unconfirmed: [], watched: [] } }];
  /** The answers to what changes something are given by the story. */
  readonly confirmation = new Subject<Action>();
  readonly request = new Subject<Approval>();
  approvalDecision = new Subject<Decision>();
  rejection = new Subject<Approval>();
  readonly dismissal = new Subject<Dismissal>();

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

  requestApproval(planId: string, request: ConfirmRequest): Observable<Approval> {
    return defer(() => {
      this.requested.push({ planId, request });
      return this.request;
    });
  }

  requestIncident(request: ReasonRequest): Observable<Approval> {
    return defer(() => {
      this.incidents.push(request);
      return this.request;
    });
  }

  approvals(): Observable<ApprovalList> {
    return defer(() => {
      this.listReadings++;
      return answer(this.lists);
    });
  }

  approval(id: string): Observable<Approval> {
    return defer(() => {
      this.approvalReadings.push(id);
      return answer(this.approvalAnswers);
    });
  }

  approve(id: string, request: ApproveRequest): Observable<Decision> {
    return defer(() => {
      this.approved.push({ id, request });
      return this.approvalDecision;
    });
  }

  reject(id: string, request: ReasonRequest): Observable<Approval> {
    return defer(() => {
      this.rejected.push({ id, request });
      return this.rejection;
    });
  }

  dismiss(jobId: string, request: DismissRequest): Observable<Dismissal> {
    return defer(() => {
      this.dismissed.push({ jobId, request });
      return this.dismissal;
    });
  }

  aftermath(): Observable<Aftermath> {
    return defer(() => answer(this.aftermaths));
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
