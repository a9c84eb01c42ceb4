import { useEffect, useMemo, useState } from 'react';
import { map, merge, shareReplay } from 'rxjs';

import { readAlertRules } from '../../api/alertRules';
import { coordinatorClient } from '../../api/client';
import { checkHealth } from '../../api/health';
import { readNotifications } from '../../api/notifications';
import { sourceSettings, type Source } from '../../api/sources';
import { readStoredSettings } from '../../api/sourceSettings';
import { type Support } from '../../api/types';
import { kept, visibility, type Kept } from '../refresh';
import { useLoaded } from '../useLoaded';
import { type SetupFacts } from './steps';

/** Follows what each data source says of itself, each on its own. */
export function useSupports(sources: Source[]): ReadonlyMap<string, Kept<Support>> {
  const [supports, setSupports] = useState<ReadonlyMap<string, Kept<Support>>>(new Map());
  useEffect(() => {
    const visible = visibility().pipe(shareReplay({ bufferSize: 1, refCount: true }));
    const questions = sources.map(({ uid }) =>
      kept(coordinatorClient(uid).support(), visible).pipe(map((support) => ({ uid, support })))
    );
    const subscription = merge(...questions).subscribe(({ uid, support }) =>
      setSupports((before) => new Map(before).set(uid, support))
    );
    return () => subscription.unsubscribe();
  }, [sources]);
  return supports;
}

/** What belongs to this Grafana and not to one data source. */
export type GrafanaFacts = Pick<SetupFacts, 'rules' | 'notifications'>;

/** Asks for this Grafana's alert rules and notifications, anew in each round. */
export function useGrafanaFacts(round: number): GrafanaFacts {
  // A new object for each round: it means the same, and is to be asked again.
  const questions = useMemo(() => ({ round, rules: readAlertRules(), notifications: readNotifications() }), [round]);
  return { rules: useLoaded(questions.rules), notifications: useLoaded(questions.notifications) };
}

/** Asks for a data source's health and settings, anew in each round: the health check tries every address. */
export function useSourceFacts({ uid }: Source, round: number): Pick<SetupFacts, 'health' | 'stored' | 'settings'> {
  const questions = useMemo(
    () => ({ round, health: checkHealth(uid), stored: readStoredSettings(uid), settings: sourceSettings(uid) }),
    [uid, round]
  );
  return {
    health: useLoaded(questions.health),
    stored: useLoaded(questions.stored),
    settings: questions.settings,
  };
}
