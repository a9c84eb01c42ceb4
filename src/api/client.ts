import { getBackendSrv, type BackendSrvRequest } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

import { t } from '../i18n/text';
import { FailedError } from './failure';
import {
  type Action,
  type Aftermath,
  type Approval,
  type ApprovalList,
  type ApproveRequest,
  type AuditPage,
  type AuditRow,
  type ConfirmRequest,
  type Decision,
  type Dismissal,
  type DismissRequest,
  type Kind,
  type Leftovers,
  type Plan,
  type PlanRequest,
  type ReasonRequest,
  type Support,
} from './types';

/**
 * What one data source's backend offers beside queries (contract/resources.yaml). Each method sends one request when it
 * is subscribed to, and never repeats it. Errors are what Grafana's backend service throws: see toFailure.
 */
export interface CoordinatorClient {
  /** What the coordinator can do, and what the signed-in user may ask of it. */
  support(): Observable<Support>;
  /** Makes a plan; nothing but reads reach the coordinator. */
  plan(request: PlanRequest): Observable<Plan>;
  /** Confirms a plan. This is the request after which something happens. */
  confirm(planId: string, kind: Kind, request: ConfirmRequest): Observable<Action>;
  /** How far an action has come. */
  action(id: string): Observable<Action>;
  /** Uses a plan to ask for a second person; nothing but reads reach the coordinator. */
  requestApproval(planId: string, request: ConfirmRequest): Observable<Approval>;
  /** Asks a second person to unlock the incident budget. */
  requestIncident(request: ReasonRequest): Observable<Approval>;
  /** The requests that wait for a second person, and those of the last day, newest first. */
  approvals(): Observable<ApprovalList>;
  /** How far a request for a second person has come. */
  approval(id: string): Observable<Approval>;
  /** Approves another person's request. This is a request after which something happens. */
  approve(id: string, request: ApproveRequest): Observable<Decision>;
  /** Says no to another person's request, or withdraws one's own. */
  reject(id: string, request: ReasonRequest): Observable<Approval>;
  /** Dismisses a lost job; nothing reaches the coordinator. */
  dismiss(jobId: string, request: DismissRequest): Observable<Dismissal>;
  /** Actions without a proven end, and force stops whose workers are watched for leftover tasks. */
  aftermath(): Observable<Aftermath>;
  /** The newest rows of the audit trail, newest first; at most 500. */
  audit(limit: number): Observable<AuditRow[]>;
}

/** What the header of each request that changes something says: the act that its sender has in mind. */
type Intent = Kind | 'request-approval' | 'approve' | 'reject' | 'incident-budget' | 'dismiss-lost';

/** The header that tells our backend that a script of ours, and no form or link, sends the request. */
const INTENT_HEADER = 'X-Unjam-Intent';

/** The client for the data source with this uid. */
export function coordinatorClient(uid: string): CoordinatorClient {
  const root = `/api/datasources/uid/${encodeURIComponent(uid)}/resources`;
  return {
    support: () => get<Support>(`${root}/support`).pipe(map(understood)),
    plan: (request) => post<Plan>(`${root}/actions`, request.action, request).pipe(map(withLists)),
    confirm: (planId, kind, request) =>
      post<Action>(`${root}/actions/${encodeURIComponent(planId)}/confirm`, kind, request).pipe(map(withLeftovers)),
    action: (id) => get<Action>(`${root}/actions/${encodeURIComponent(id)}`).pipe(map(withLeftovers)),
    requestApproval: (planId, request) =>
      post<Approval>(
        `${root}/actions/${encodeURIComponent(planId)}/request-approval`,
        'request-approval',
        request
      ).pipe(map(withVerdicts)),
    requestIncident: (request) =>
      post<Approval>(`${root}/incidents`, 'incident-budget', request).pipe(map(withVerdicts)),
    approvals: () =>
      get<ApprovalList>(`${root}/approvals`).pipe(
        map((list) => ({ ...list, approvals: (list.approvals ?? []).map(withVerdicts) }))
      ),
    approval: (id) => get<Approval>(`${root}/approvals/${encodeURIComponent(id)}`).pipe(map(withVerdicts)),
    approve: (id, request) =>
      post<Decision>(`${root}/approvals/${encodeURIComponent(id)}/approve`, 'approve', request).pipe(
        map(({ approval, action }) => ({
          approval: withVerdicts(approval),
          action: action && withLeftovers(action),
        }))
      ),
    reject: (id, request) =>
      post<Approval>(`${root}/approvals/${encodeURIComponent(id)}/reject`, 'reject', request).pipe(map(withVerdicts)),
    dismiss: (jobId, request) =>
      post<Dismissal>(`${root}/jobs/${encodeURIComponent(jobId)}/dismiss`, 'dismiss-lost', request),
    aftermath: () =>
      get<Aftermath>(`${root}/aftermath`).pipe(
        map(({ asOf, unconfirmed, watched }) => ({
          asOf,
          unconfirmed: (unconfirmed ?? []).map(withLeftovers),
          watched: (watched ?? []).map(withLeftovers),
        }))
      ),
    audit: (limit) => get<AuditPage>(`${root}/audit?limit=${limit}`).pipe(map(({ rows }) => rows ?? [])),
  };
}

/** Support decides what is offered and shown: another version's answer, or a proxy's page, must not pass for it. */
function understood(support: Support): Support {
  const body: Partial<Support> | null = support;
  if (!body?.cancel || !body.forceStop || !body.audit || !body.policy || typeof body.reachable !== 'boolean') {
    throw new FailedError({
      kind: 'gateway',
      status: 200,
      message: t(
        'api.client.not-understood',
        'The data source answered with what this page does not understand. Reload the page.'
      ),
    });
  }
  return support;
}

/** Go writes an empty list that was never filled as null. */
function withLists(plan: Plan): Plan {
  return {
    ...plan,
    verdicts: plan.verdicts ?? [],
    consequences: plan.consequences ?? [],
    context: { ...plan.context, nodes: plan.context.nodes ?? [] },
  };
}

function withVerdicts(approval: Approval): Approval {
  return {
    ...approval,
    verdicts: approval.verdicts ?? [],
    context: { ...approval.context, nodes: approval.context.nodes ?? [] },
  };
}

function withLeftovers(action: Action): Action {
  return action.leftovers ? { ...action, leftovers: filled(action.leftovers) } : action;
}

function filled(leftovers: Leftovers): Leftovers {
  return { ...leftovers, tasks: leftovers.tasks ?? [], notChecked: leftovers.notChecked ?? [] };
}

function get<T>(url: string): Observable<T> {
  return send<T>({ url, method: 'GET' });
}

function post<T>(url: string, intent: Intent, body: object): Observable<T> {
  return send<T>({
    url,
    method: 'POST',
    data: body,
    headers: { 'Content-Type': 'application/json', [INTENT_HEADER]: intent },
  });
}

function send<T>(request: BackendSrvRequest): Observable<T> {
  // Our own texts say what failed: Grafana's toast would say it a second time, and less clearly.
  return defer(() => getBackendSrv().fetch<T>({ ...request, showErrorAlert: false, showSuccessAlert: false })).pipe(
    map((response) => response.data)
  );
}
