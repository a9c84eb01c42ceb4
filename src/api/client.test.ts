import { firstValueFrom, of, type Observable } from 'rxjs';

import { coordinatorClient } from './client';
import {
  action,
  approval,
  APPROVAL_ID,
  auditRow,
  JOB_ID,
  leftovers,
  plan,
  PLAN_ID,
  serverTime,
  support,
} from './testing/samples';

const fetch = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getBackendSrv: () => ({ fetch }),
}));

const ROOT = '/api/datasources/uid/a%2Fb/resources';

beforeEach(() => fetch.mockReset());

describe('the client', () => {
  const client = coordinatorClient('a/b');

  it('S08: asks for a plan with every digit, a JSON body and the intent', async () => {
    fetch.mockReturnValue(of({ data: plan() }));
    await firstValueFrom(client.plan({ action: 'force-stop', jobId: JOB_ID }));
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch).toHaveBeenCalledWith(
      expect.objectContaining({
        url: `${ROOT}/actions`,
        method: 'POST',
        data: { action: 'force-stop', jobId: '733584788375666689' },
        headers: { 'Content-Type': 'application/json', 'X-Unjam-Intent': 'force-stop' },
        showErrorAlert: false,
      })
    );
  });

  it('confirms with the intent of the plan', async () => {
    fetch.mockReturnValue(of({ data: action() }));
    const request = { phrase: 'nightly-load', reason: 'stuck for hours', acknowledged: [] };
    await firstValueFrom(client.confirm(PLAN_ID, 'cancel', request));
    expect(fetch).toHaveBeenCalledWith(
      expect.objectContaining({
        url: `${ROOT}/actions/${PLAN_ID}/confirm`,
        data: request,
        headers: expect.objectContaining({ 'X-Unjam-Intent': 'cancel' }),
      })
    );
  });

  const confirmation = { phrase: 'nightly-load', reason: 'stuck for hours', acknowledged: [] };
  const reason = { reason: 'stuck for hours' };

  it.each<[intent: string, path: string, send: () => Observable<unknown>, data: object]>([
    [
      'request-approval',
      `actions/${PLAN_ID}/request-approval`,
      () => client.requestApproval(PLAN_ID, confirmation),
      confirmation,
    ],
    ['incident-budget', 'incidents', () => client.requestIncident(reason), reason],
    [
      'approve',
      `approvals/${APPROVAL_ID}/approve`,
      () => client.approve(APPROVAL_ID, { phrase: 'nightly-load', acknowledged: [] }),
      { phrase: 'nightly-load', acknowledged: [] },
    ],
    ['reject', `approvals/${APPROVAL_ID}/reject`, () => client.reject(APPROVAL_ID, reason), reason],
    [
      'dismiss-lost',
      `jobs/${JOB_ID}/dismiss`,
      () => client.dismiss(JOB_ID, { ...reason, episode: 'e1' }),
      { ...reason, episode: 'e1' },
    ],
  ])('S22: sends one POST with JSON and the intent %s', async (intent, path, send, data) => {
    fetch.mockReturnValue(of({ data: intent === 'approve' ? { approval: approval() } : approval() }));
    await firstValueFrom(send());
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch).toHaveBeenCalledWith(
      expect.objectContaining({
        url: `${ROOT}/${path}`,
        method: 'POST',
        data,
        headers: { 'Content-Type': 'application/json', 'X-Unjam-Intent': intent },
      })
    );
  });

  it('reads requests and the aftermath, also where Go wrote null', async () => {
    const { verdicts: _, ...bare } = approval();
    const body = { ...bare, verdicts: null, context: { nodes: null, workers: 0 } };
    fetch.mockReturnValueOnce(of({ data: { asOf: serverTime(0), approvals: [body] } }));
    expect((await firstValueFrom(client.approvals())).approvals[0]).toMatchObject({
      verdicts: [],
      context: { nodes: [] },
    });
    fetch.mockReturnValueOnce(of({ data: { asOf: serverTime(0), approvals: null } }));
    expect((await firstValueFrom(client.approvals())).approvals).toEqual([]);
    const watched = action({ leftovers: { ...leftovers(), ...JSON.parse('{"tasks":null,"notChecked":null}') } });
    fetch.mockReturnValueOnce(of({ data: { asOf: '', unconfirmed: null, watched: [watched] } }));
    expect(await firstValueFrom(client.aftermath())).toMatchObject({
      unconfirmed: [],
      watched: [{ leftovers: { tasks: [], notChecked: [] } }],
    });
  });

  it('only reads support and actions', async () => {
    fetch.mockReturnValue(of({ data: support() }));
    await firstValueFrom(client.support());
    await firstValueFrom(client.action(PLAN_ID));
    const requests = fetch.mock.calls.map(([{ method, url }]) => `${method} ${url}`);
    expect(requests).toEqual([`GET ${ROOT}/support`, `GET ${ROOT}/actions/${PLAN_ID}`]);
  });

  it('sends nothing before someone subscribes', () => {
    client.plan({ action: 'cancel', jobId: JOB_ID });
    expect(fetch).not.toHaveBeenCalled();
  });

  it('reads lists that Go wrote as null', async () => {
    fetch.mockReturnValue(of({ data: { ...plan(), consequences: null, context: { nodes: null, workers: 0 } } }));
    const made = await firstValueFrom(client.plan({ action: 'cancel', jobId: JOB_ID }));
    expect(made.consequences).toEqual([]);
    expect(made.context.nodes).toEqual([]);
  });

  it('reads the newest rows of the audit trail, also where there are none', async () => {
    fetch.mockReturnValueOnce(of({ data: { asOf: '', rows: [auditRow()] } }));
    expect(await firstValueFrom(client.audit(50))).toEqual([auditRow()]);
    expect(fetch).toHaveBeenCalledWith(expect.objectContaining({ url: `${ROOT}/audit?limit=50`, method: 'GET' }));
    fetch.mockReturnValueOnce(of({ data: { asOf: '', rows: null } }));
    expect(await firstValueFrom(client.audit(50))).toEqual([]);
  });

  it.each([null, '<html>Sign in</html>', {}, { ...support(), policy: undefined }])(
    'takes no other answer for support: %o',
    async (data) => {
      fetch.mockReturnValue(of({ data }));
      await expect(firstValueFrom(client.support())).rejects.toThrow(/does not understand. Reload/);
    }
  );
});
