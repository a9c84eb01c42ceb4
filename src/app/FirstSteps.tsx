import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LinkButton, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../i18n/text';
import { newSourceLink } from './links';
import { FIRST_SOURCE, STORE } from './snippets';
import { SnippetBox } from './SnippetBox';

/** What to set up when there is nothing yet: by hand, or from files. */
export function FirstSteps({ isAdmin }: { isAdmin: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <h2>{t('app.first.title', 'No coordinator is set up yet')}</h2>
      <ol className={styles.steps}>
        <li>
          {t(
            'app.first.add',
            "Add a data source of the type Unjam coordinator and write the addresses of the coordinator's masters into it."
          )}
          <SnippetBox snippet={FIRST_SOURCE} name={t('app.first.source', 'A first data source')} />
        </li>
        <li>
          {t('app.first.save', 'Press "Save & test": it says what the coordinator answers, and what is missing.')}
        </li>
        <li>
          {t(
            'app.first.store',
            "Give Unjam a store in Grafana's configuration: without one, ages do not survive a restart, and nothing can be canceled or force-stopped from Grafana."
          )}
          <SnippetBox snippet={STORE} name={t('app.first.store-name', 'The store')} />
        </li>
        <li>
          {t(
            'app.first.then',
            'Open the Setup page again: it checks each further step and gives the alert rules for this data source.'
          )}
        </li>
      </ol>
      {isAdmin ? (
        <LinkButton icon="plus" href={newSourceLink()}>
          {t('app.first.button', 'Add a coordinator')}
        </LinkButton>
      ) : (
        <p>{t('app.first.ask', 'Ask an administrator of this organization to do this.')}</p>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({ paddingLeft: theme.spacing(3), maxWidth: 700, li: { marginBottom: theme.spacing(1) } }),
});
