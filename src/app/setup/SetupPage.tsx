import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { readAlertRules } from '../../api/alertRules';
import { listSources, type Source } from '../../api/sources';
import { Ticking } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { FirstSteps } from '../FirstSteps';
import { Guarded } from '../Guarded';
import { pageLink } from '../links';
import { useSetup } from './setup';
import { SetupCard } from './SetupCard';
import { useLoaded } from '../useLoaded';
import { isAdmin } from '../viewer';

/** How each coordinator is set up, to be read: what is seen, where records are kept, and who may do what, and the alert rules. */
export function SetupPage() {
  const sources = useMemo(() => listSources(), []);
  return (
    <PluginPage
      pageNav={{ text: 'Setup', url: pageLink('setup'), subTitle: 'How each coordinator is watched and guarded' }}
    >
      {sources.length === 0 ? <FirstSteps isAdmin={isAdmin()} /> : <Setup sources={sources} />}
    </PluginPage>
  );
}

function Setup({ sources }: { sources: Source[] }) {
  const styles = useStyles2(getStyles);
  const states = useSetup(sources);
  const rules = useLoaded(useMemo(() => readAlertRules(), []));
  return (
    <Ticking>
      <ul className={styles.list}>
        {states.map((state) => (
          <li key={state.source.uid}>
            <Guarded what={inertName(state.source.name)} occasion={state}>
              <SetupCard state={state} showSettings={isAdmin()} rules={rules} />
            </Guarded>
          </li>
        ))}
      </ul>
    </Ticking>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: theme.spacing(3), maxWidth: 1000 }),
});
