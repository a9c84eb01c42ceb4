import { act, fireEvent, render, screen, within } from '@testing-library/react';
import React from 'react';
import { lastValueFrom, of, throwError } from 'rxjs';

import { ALERT_RULES, rulesFor, runbookLink } from '../../alerting/rules';
import { readAlertRules, type GrafanaRule } from '../../api/alertRules';
import { accessibilityProblems } from '../../model/testing/accessibility';
import { AlertRules } from './AlertRules';
import { type Loaded } from '../useLoaded';

const fetch = jest.fn();
const getInstanceSettings = jest.fn();

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  getDataSourceSrv: () => ({ getInstanceSettings }),
  getBackendSrv: () => ({ fetch }),
}));

const SOURCE = { uid: 'paris', name: 'Paris' };

/** A rule of Grafana's that stands for one of ours. */
function present(id: string, change: Partial<GrafanaRule> = {}): GrafanaRule {
  const rule = ALERT_RULES.find((one) => one.id === id);
  if (!rule) {
    throw new Error(`There is no rule ${id}.`);
  }
  const { severity } = rule;
  return {
    uid: `x-${id}`,
    name: rule.title,
    folder: 'Unjam',
    receiver: '',
    mutes: [],
    actives: [],
    sources: ['paris', 'paris'],
    severity,
    labels: { severity },
    runbook: runbookLink(rule),
    state: 'inactive',
    health: 'ok',
    isPaused: false,
    isEvaluated: true,
    ...change,
  };
}

function show(rules: Loaded<GrafanaRule[]>, kind: string | undefined = 'seatunnel') {
  getInstanceSettings.mockReturnValue({ uid: 'paris', name: 'Paris', jsonData: kind ? { kind } : {} });
  return render(<AlertRules source={SOURCE} present={rules} />);
}

const loaded = (...value: GrafanaRule[]): Loaded<GrafanaRule[]> => ({ at: 'loaded', value });
const stateOf = (title: string) =>
  within(screen.getByRole('link', { name: title }).closest('tr') ?? document.body)
    .getAllByRole('cell')
    .at(-1)?.textContent;

describe('the alert rules for a coordinator', () => {
  it.each(['seatunnel', 'cloverdx', 'generic'] as const)('of kind %s are those for it', (kind) => {
    show(loaded(), kind);
    expect(screen.getAllByRole('row')).toHaveLength(rulesFor(kind).length + 1);
  });

  it('are those of SeaTunnel where the settings name no kind, and none for a kind that is not known', () => {
    const { unmount } = show(loaded(), '');
    expect(screen.getByRole('link', { name: 'Tasks left behind by a force stop' })).toBeVisible();
    unmount();
    show(loaded(), 'airflow');
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
  });

  it('say how each is in this Grafana', () => {
    show(
      loaded(
        present('canceling-warning', { state: 'firing' }),
        present('canceling-critical'),
        present('many-stuck', { state: 'pending' }),
        present('job-lost', { isPaused: true }),
        present('split', { health: 'error' }),
        present('skew', { isEvaluated: false }),
        present('watchdog', { sources: ['london'] })
      )
    );
    expect(stateOf('Job stuck in CANCELING')).toBe('Fires');
    expect(stateOf('Job stuck in CANCELING for long')).toBe('Quiet');
    expect(stateOf('Many jobs stuck')).toBe('Pending');
    expect(stateOf('Job lost')).toBe('Paused');
    expect(stateOf('Cluster split')).toBe('Cannot be evaluated');
    expect(stateOf('Clock skew')).toBe('Not evaluated yet');
    expect(stateOf('Coordinator not seen')).toBe('Not found');
  });

  it('are not known where Grafana refuses to tell', () => {
    show({ at: 'failed', failure: { kind: 'gateway', status: 403, message: 'Grafana answered 403.' } });
    expect(stateOf('Job lost')).toBe('Not known');
  });

  it('give their YAML with the uid of the data source', async () => {
    const { container } = show(loaded());
    const button = screen.getByRole('button', { name: 'YAML of these rules' });
    await act(async () => fireEvent.click(button));
    const yaml = await screen.findByRole('region', { name: 'YAML of the alert rules for Paris' });
    expect(yaml).toHaveTextContent('uid: "paris-canceling-warning"');
    expect(yaml).toHaveTextContent('datasourceUid: "paris"');
    expect(screen.getByRole('button', { name: 'Copy the YAML' })).toBeVisible();
    expect(await accessibilityProblems(container)).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Hide the YAML' }));
    expect(screen.queryByRole('region')).not.toBeInTheDocument();
  });
});

describe('the reading of the rules', () => {
  it('takes what is known of each', async () => {
    // As Grafana 12.4.0 answered, without the query, the times and the other annotations.
    const told = {
      state: 'firing',
      name: 'Own a',
      queriedDatasourceUIDs: ['unjam-seatunnel', 'unjam-seatunnel', 'unjam-seatunnel'],
      annotations: { runbook_url: 'https://wiki/x' },
      uid: 'own-a',
      folderUid: 'own',
      labels: { severity: 'warning', team: 'etl' },
      health: 'ok',
      type: 'alerting',
      lastEvaluation: '2026-11-23T12:40:00Z',
      isPaused: false,
      notificationSettings: {
        receiver: 'mail',
        group_by: ['cluster', 'alertname', 'grafana_folder'],
        mute_time_intervals: ['always'],
        active_time_intervals: ['sunday'],
      },
      provenance: 'api',
    };
    const never = { uid: 'own-b', state: 'inactive', health: 'ok', lastEvaluation: '0001-01-01T00:00:00Z' };
    fetch.mockReturnValue(of({ data: { data: { groups: [{ file: 'Own', rules: [told, never, {}] }, {}] } } }));
    const rules = await lastValueFrom(readAlertRules());
    const nothing = {
      uid: '',
      name: '',
      folder: 'Own',
      receiver: '',
      mutes: [],
      actives: [],
      sources: [],
      severity: '',
      labels: {},
      runbook: '',
      state: '',
      health: '',
      isPaused: false,
      isEvaluated: false,
    };
    expect(rules).toEqual([
      {
        ...nothing,
        uid: 'own-a',
        name: 'Own a',
        receiver: 'mail',
        mutes: ['always'],
        actives: ['sunday'],
        sources: ['unjam-seatunnel', 'unjam-seatunnel', 'unjam-seatunnel'],
        severity: 'warning',
        labels: { severity: 'warning', team: 'etl' },
        runbook: 'https://wiki/x',
        state: 'firing',
        health: 'ok',
        isEvaluated: true,
      },
      { ...nothing, uid: 'own-b', state: 'inactive', health: 'ok' },
      nothing,
    ]);
  });

  it.each([
    ['something else', of({ data: '<html>' }), /something else/],
    ['a refusal', throwError(() => new Error('403')), /403/],
  ])('fails at %s', async (_, answer, text) => {
    fetch.mockReturnValue(answer);
    await expect(lastValueFrom(readAlertRules())).rejects.toThrow(text);
  });
});
