import { firstValueFrom, lastValueFrom } from 'rxjs';

import { WorkbenchBackend } from './backend';
import { WorkbenchSources } from './sources';
import { WorkbenchTemplates } from './templates';

describe('templates', () => {
  const templates = new WorkbenchTemplates();
  const scoped = { ds: { value: 'lake' }, jobs: { value: ['a', 'b'] } };

  it.each([
    ['$ds', 'lake'],
    ['${ds}', 'lake'],
    ['${ds:raw}', 'lake'],
    ['[[ds]]', 'lake'],
    ['$other and ${other}', '$other and ${other}'],
    ['no variable', 'no variable'],
  ])('make of %s the text %s', (text, expected) => {
    expect(templates.replace(text, scoped)).toBe(expected);
  });

  it('give a formatter the values themselves', () => {
    const format = jest.fn(() => '');
    templates.replace('${jobs}', scoped, format);
    expect(format).toHaveBeenCalledWith(['a', 'b'], expect.anything(), expect.anything());
  });
});

describe('data sources', () => {
  const type = 'unjam-coordinator-datasource';
  const sources = new WorkbenchSources(
    [
      { id: 1, uid: 'lake', name: 'Lake', type, jsonData: { kind: 'seatunnel', urls: [] } },
      { id: 2, uid: 'sea', name: 'Sea', type, jsonData: { kind: 'seatunnel', urls: [] } },
    ],
    new WorkbenchTemplates()
  );

  it('are listed by type', () => {
    expect(sources.getList({ type }).map(({ uid }) => uid)).toEqual(['lake', 'sea']);
    expect(sources.getList({ type: 'prometheus' })).toEqual([]);
  });

  it('are found by uid, by name and by variable', () => {
    expect(sources.getInstanceSettings({ uid: 'sea' })?.name).toBe('Sea');
    expect(sources.getInstanceSettings('Sea')?.uid).toBe('sea');
    expect(sources.getInstanceSettings('${ds}', { ds: { value: 'sea' } })).toMatchObject({
      uid: '${ds}',
      rawRef: { uid: 'sea', type },
    });
    expect(sources.getInstanceSettings('river')).toBeUndefined();
  });

  it('run once each', async () => {
    const source = await sources.get({ uid: 'lake' });
    expect(source).toBe(sources.instance('lake'));
    expect(source.uid).toBe('lake');
    await expect(sources.get('river')).rejects.toThrow(/river/);
  });
});

describe('requests', () => {
  const backend = new WorkbenchBackend();
  const fetchMock = jest.fn();

  beforeEach(() => {
    fetchMock.mockReset();
    Object.assign(globalThis, { fetch: fetchMock, Headers: Map });
  });

  function serve(status: number, text: string) {
    fetchMock.mockResolvedValue({ ok: status < 400, status, statusText: 'Said', text: () => Promise.resolve(text) });
  }

  it('carry JSON, parameters and headers', async () => {
    serve(200, '{"fine":true}');
    const request = backend.fetch({
      url: '/api/x',
      method: 'POST',
      params: { a: 1 },
      data: { b: 2 },
      headers: { 'X-Unjam-Intent': 'cancel' },
    });
    expect((await lastValueFrom(request)).data).toEqual({ fine: true });
    const [url, sent] = fetchMock.mock.calls[0];
    expect(url).toBe('/api/x?a=1');
    expect(sent).toMatchObject({ method: 'POST', body: '{"b":2}' });
    expect(Object.fromEntries(sent.headers)).toEqual({
      'Content-Type': 'application/json',
      'X-Unjam-Intent': 'cancel',
    });
  });

  it("fail with Grafana's form of an error", async () => {
    serve(403, '{"guard":"role","message":"no"}');
    await expect(firstValueFrom(backend.fetch({ url: '/api/x' }))).rejects.toMatchObject({
      status: 403,
      data: { guard: 'role', message: 'no' },
    });
    fetchMock.mockRejectedValue(new TypeError('refused'));
    await expect(firstValueFrom(backend.fetch({ url: '/api/x' }))).rejects.toMatchObject({ status: 0 });
  });

  it('are cut off when nobody waits for them any more', () => {
    fetchMock.mockReturnValue(new Promise(() => undefined));
    backend.fetch({ url: '/api/x' }).subscribe().unsubscribe();
    expect(fetchMock.mock.calls[0][1].signal.aborted).toBe(true);
  });
});
