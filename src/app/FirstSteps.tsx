import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { LinkButton, useStyles2 } from '@grafana/ui';
import React from 'react';

import { newSourceLink } from './links';

/** What to set up when there is nothing yet. */
export function FirstSteps({ isAdmin }: { isAdmin: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <h2>No coordinator is set up yet</h2>
      <ol className={styles.steps}>
        <li>
          Add a data source of the type <strong>Unjam coordinator</strong> and write the addresses of the
          coordinator&apos;s masters into it.
        </li>
        <li>Press &quot;Save &amp; test&quot;: it says what the coordinator answers, and what is missing.</li>
        <li>
          Add the panel <strong>Unjam stuck jobs</strong> to a dashboard, and an alert rule on the metric
          canceling_age_seconds.
        </li>
        <li>
          To cancel and force-stop from Grafana, allow actions in the data source, and give Unjam a store in
          Grafana&apos;s configuration.
        </li>
      </ol>
      {isAdmin ? (
        <LinkButton icon="plus" href={newSourceLink()}>
          Add a coordinator
        </LinkButton>
      ) : (
        <p>Ask an administrator of this organization to do this.</p>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  steps: css({ paddingLeft: theme.spacing(3), maxWidth: 700, li: { marginBottom: theme.spacing(1) } }),
});
