import { describeFailure, toFailure } from './failure';
import { gatewayError, networkLoss, refusal } from './testing/samples';

describe('what a request threw', () => {
  it('is a problem when our backend says so', () => {
    const problem = { guard: 'role', message: 'Your role is Viewer; Admin is needed.' };
    expect(toFailure(refusal(403, problem))).toEqual({ kind: 'problem', status: 403, problem });
  });

  it("says until when to wait by the browser's clock, where the backend says how long", () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const problem = { guard: 'rate-limit', message: 'Too many plans.', retryAfterSeconds: 42 };
    expect(toFailure(refusal(429, problem))).toMatchObject({ status: 429, problem, retryAt: 1_042_000 });
    jest.useRealTimers();
  });

  it('is no problem of ours when Grafana answers itself', () => {
    const failure = toFailure({ ...gatewayError(403), data: { message: 'Access denied' } });
    expect(failure).toMatchObject({ kind: 'gateway', status: 403 });
    expect(describeFailure(failure)).toMatch(/Access denied.*Ask an administrator/);
  });

  it.each([
    ['a lost network', networkLoss()],
    ['a request that was given up', { ...gatewayError(0), cancelled: true }],
    ['something else', 'boom'],
  ])('says nothing of what the server saw after %s', (_, thrown) => {
    expect(toFailure(thrown).kind).toBe('network');
  });

  it.each([401, 403, 404, 502, 504])('says what to do now after a %d', (status) => {
    expect(describeFailure(toFailure(gatewayError(status)))).toMatch(new RegExp(`${status}.*\\. .+\\.$`));
  });

  it.each([null, 'text', [], { guard: 1, message: 'x' }, { guard: 'x' }])('takes %o for no problem', (data) => {
    expect(toFailure({ ...gatewayError(500), data }).kind).toBe('gateway');
  });
});
