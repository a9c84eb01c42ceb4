import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Button, useStyles2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { listSources, type Source } from '../../api/sources';
import { type Support } from '../../api/types';
import { t } from '../../i18n/text';
import { Ticking } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { FirstSteps } from '../FirstSteps';
import { Guarded } from '../Guarded';
import { pageLink } from '../links';
import { type Kept } from '../refresh';
import { isAdmin } from '../viewer';
import { useGrafanaFacts, useSourceFacts, useSupports, type GrafanaFacts } from './setup';
import { SetupCard } from './SetupCard';

/** From nothing to guarded: each step for each coordinator, checked against this Grafana, with what is to be copied. */
export function SetupPage() {
  const sources = useMemo(() => listSources(), []);
  return (
    <PluginPage
      pageNav={{
        text: t('setup.page.title', 'Setup'),
        url: pageLink('setup'),
        subTitle: t('setup.page.subtitle', 'How each coordinator is watched and guarded, and what is still to do'),
      }}
    >
      {sources.length === 0 ? <FirstSteps isAdmin={isAdmin()} /> : <Setup sources={sources} />}
    </PluginPage>
  );
}

function Setup({ sources }: { sources: Source[] }) {
  const styles = useStyles2(getStyles);
  const [round, setRound] = useState(0);
  const supports = useSupports(sources);
  const grafana = useGrafanaFacts(round);
  return (
    <Ticking>
      <div className={styles.bar}>
        <Button size="sm" variant="secondary" icon="sync" onClick={() => setRound((before) => before + 1)}>
          {t('setup.page.again', 'Check again')}
        </Button>
      </div>
      <ul className={styles.list}>
        {sources.map((source) => (
          <li key={source.uid} className={styles.item}>
            <Guarded what={inertName(source.name)} occasion={`${round} ${supports.get(source.uid)?.receivedAt}`}>
              <CheckedCard source={source} support={supports.get(source.uid) ?? {}} grafana={grafana} round={round} />
            </Guarded>
          </li>
        ))}
      </ul>
    </Ticking>
  );
}

interface CheckedCardProps {
  source: Source;
  support: Kept<Support>;
  grafana: GrafanaFacts;
  round: number;
}

function CheckedCard({ source, support, grafana, round }: CheckedCardProps) {
  const facts = useSourceFacts(source, round);
  return <SetupCard facts={{ source, support, ...grafana, ...facts }} showSettings={isAdmin()} />;
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ marginBottom: theme.spacing(2) }),
  list: css({ listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: theme.spacing(3), maxWidth: 1000 }),
  item: css({ minWidth: 0 }),
});
