import { auditRow, JOB_ID, PLAN_ID, serverTime, WINNER_ID } from '../../api/testing/samples';
import { type AuditRow } from '../../api/types';
import { latestActions } from './latest';

const zeta = { uid: 'zeta', name: 'Zeta' };
const eta = { uid: 'eta', name: 'Eta' };

const of = (...rows: Array<Partial<AuditRow>>) => latestActions([{ source: zeta, rows: rows.map(auditRow) }], 10);

describe('the latest actions', () => {
  it('S08: are one line for the rows of one action, with what became of it and every digit', () => {
    const actions = of(
      { seq: 4, event: 'outcome', outcome: 'sent, not confirmed', at: serverTime(40) },
      { seq: 3, event: 'answer', outcome: '', at: serverTime(21) },
      { seq: 2, event: 'intent', at: serverTime(20) },
      { seq: 1, event: 'planned', at: serverTime(0) }
    );
    expect(actions).toEqual([
      expect.objectContaining({
        what: 'Force stop job',
        jobId: JOB_ID,
        jobName: 'nightly-load',
        outcome: 'Sent, not confirmed',
        by: 'anna',
        at: Date.parse(serverTime(40)),
      }),
    ]);
  });

  it("are called by the coordinator's own word where it has one stop", () => {
    const trail = { source: zeta, rows: [auditRow()], onlyStop: 'abort' };
    expect(latestActions([trail], 10)[0]?.what).toBe('Abort job');
  });

  it.each<[AuditRow['event'], string, RegExp]>([
    ['planned', '', /nothing was sent/],
    ['intent', '', /not known yet/],
    ['answer', '', /not proven yet/],
    ['answer', 'refused by coordinator', /^Refused by coordinator$/],
    ['outcome', 'unknown', /^Unknown$/],
    ['outcome', '', /^Not known$/],
    ['requested', '', /^Waits for a second person; nothing was sent$/],
    ['decided', '', /^Decided by a second person$/],
    ['leftovers', '', /^Workers were asked/],
    ['dismissed', '', /not called finished/],
    ['suppressed', '', /More attempts/],
  ])('that came to "%s" with "%s" say no more than that', (event, outcome, text) => {
    expect(of({ event, outcome })[0]?.outcome).toMatch(text);
  });

  it('tell a refusal by itself: it does not change what became of the action', () => {
    const actions = of(
      { seq: 5, event: 'refused', login: 'ben', outcome: undefined, detail: 'plan: The plan was used already.' },
      { seq: 4, event: 'outcome', outcome: 'stopped' }
    );
    expect(actions.map(({ outcome, by }) => [outcome, by])).toEqual([
      ['Refused (plan: The plan was used already.)', 'ben'],
      ['Stopped', 'anna'],
    ]);
  });

  it('are the newest of all coordinators, newest first', () => {
    const rows = (ids: string[], seconds: number) =>
      ids.map((actionId, index) => auditRow({ seq: 100 - index, actionId, at: serverTime(seconds - index) }));
    const many = Array.from({ length: 12 }, (_, index) => `action-${index}`);
    const actions = latestActions(
      [
        { source: zeta, rows: rows(many, 50) },
        { source: eta, rows: rows([WINNER_ID, PLAN_ID], 60) },
      ],
      10
    );
    expect(actions).toHaveLength(10);
    expect(actions.map(({ source }) => source.name).slice(0, 3)).toEqual(['Eta', 'Eta', 'Zeta']);
  });

  it('name both persons, and what is no act on a job by its own name', () => {
    const [approved] = of({ approvedBy: 'ben' });
    expect(approved?.by).toBe('anna, approved by ben');
    const kinds = [
      { kind: 'incident-budget', event: 'decided' as const },
      { kind: undefined, event: 'dismissed' as const },
    ];
    expect(kinds.map((row) => of(row)[0]?.what)).toEqual(['Unlock incident budget', 'Dismiss lost job']);
  });

  it('are one line for a request and its decision, where there is no plan', () => {
    const request = { actionId: undefined, approvalId: PLAN_ID, kind: 'incident-budget' };
    const actions = of({ ...request, seq: 6, event: 'decided' }, { ...request, seq: 5, event: 'requested' });
    expect(actions).toHaveLength(1);
  });

  it('name a kind that is not known a request, and take the job from the row that names it', () => {
    const actions = of(
      { seq: 2, kind: undefined, jobId: undefined, jobName: undefined },
      { seq: 1, event: 'planned', jobId: JOB_ID, jobName: 'nightly-load' }
    );
    expect(actions).toEqual([expect.objectContaining({ what: 'Request', jobId: JOB_ID, jobName: 'nightly-load' })]);
  });
});
