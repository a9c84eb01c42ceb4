import { getBackendSrv, type BackendSrvRequest } from '@grafana/runtime';
import { defer, map, type Observable } from 'rxjs';

import { FailedError } from './failure';
import {
  type Action,
  type AuditPage,
  type AuditRow,
  type ConfirmRequest,
  type Kind,
  type Plan,
  type PlanRequest,
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
  /** The newest rows of the audit trail, newest first; at most 500. */
  audit(limit: number): Observable<AuditRow[]>;
}

/** The header that tells our backend that a script of ours, and no form or link, sends the request. */
const INTENT_HEADER = 'X-Unjam-Intent';

/** The client for the data source with this uid. */
export function coordinatorClient(uid: string): CoordinatorClient {
  const root = `/api/datasources/uid/${encodeURIComponent(uid)}/resources`;
  return {
    support: () => get<Support>(`${root}/support`).pipe(map(understood)),
    plan: (request) => post<Plan>(`${root}/actions`, request.action, request).pipe(map(withLists)),
    confirm: (planId, kind, request) =>
      post<Action>(`${root}/actions/${encodeURIComponent(planId)}/confirm`, kind, request),
    action: (id) => get<Action>(`${root}/actions/${encodeURIComponent(id)}`),
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
      message: 'The data source answered with what this page does not understand. Reload the page.',
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

function get<T>(url: string): Observable<T> {
  return send<T>({ url, method: 'GET' });
}

function post<T>(url: string, intent: Kind, body: PlanRequest | ConfirmRequest): Observable<T> {
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
