import { css } from '@emotion/css';
import { type DataSourceSettings, type GrafanaTheme2 } from '@grafana/data';
import { getBackendSrv, isFetchError } from '@grafana/runtime';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import { useParams } from 'react-router-dom';
import { lastValueFrom } from 'rxjs';

import { plugin } from '../../../src/datasource/module';
import { type CoordinatorSecrets, type CoordinatorSettings } from '../../../src/datasource/settings';
import { type WorkbenchSources } from '../services/sources';

type StoredSettings = DataSourceSettings<CoordinatorSettings, CoordinatorSecrets>;

interface Health {
  status: string;
  message: string;
}

/** A data source's settings in the real editor, and its real health. */
export function SourceView({ sources }: { sources: WorkbenchSources }) {
  const styles = useStyles2(getStyles);
  const uid = useParams().uid ?? '';
  const settings = sources.getInstanceSettings(uid);
  if (!settings) {
    return <Alert severity="error" title={`The workbench has no data source ${JSON.stringify(uid)}.`} />;
  }
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{settings.name}</h1>
      <Alert severity="info" title="Changes here are not saved">
        The workbench takes its settings from the command line. This is the real editor, to look at and to try.
      </Alert>
      <HealthCheck key={`health of ${uid}`} uid={uid} />
      <Editor key={`settings of ${uid}`} uid={uid} />
    </div>
  );
}

function Editor({ uid }: { uid: string }) {
  const [stored, setStored] = useState<StoredSettings>();
  const [fault, setFault] = useState('');
  useEffect(() => {
    let wanted = true;
    getBackendSrv()
      .get<StoredSettings>(`/api/datasources/uid/${encodeURIComponent(uid)}`)
      .then(
        (settings) => wanted && setStored(settings),
        (error: unknown) => wanted && setFault(describe(error))
      );
    return () => {
      wanted = false;
    };
  }, [uid]);
  if (fault) {
    return <Alert severity="error" title={fault} />;
  }
  const ConfigEditor = plugin.components.ConfigEditor;
  return stored && ConfigEditor ? <ConfigEditor options={stored} onOptionsChange={setStored} /> : null;
}

function HealthCheck({ uid }: { uid: string }) {
  const [health, setHealth] = useState<Health>();
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let wanted = true;
    const request = getBackendSrv().fetch<Health>({ url: `/api/datasources/uid/${encodeURIComponent(uid)}/health` });
    lastValueFrom(request).then(
      ({ data }) => wanted && setHealth(data),
      (error: unknown) => wanted && setHealth({ status: 'ERROR', message: describe(error) })
    );
    return () => {
      wanted = false;
    };
  }, [uid, asked]);
  return (
    <section aria-label="Health">
      {health && <Alert severity={health.status === 'OK' ? 'success' : 'error'} title={health.message} />}
      <Button icon="sync" variant="secondary" onClick={() => setAsked((times) => times + 1)}>
        Test
      </Button>
    </section>
  );
}

function describe(error: unknown): string {
  if (isFetchError<{ message?: string }>(error)) {
    return error.data?.message ?? `The workbench answered ${error.status}.`;
  }
  return 'The workbench gave no answer.';
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'grid', gap: theme.spacing(2), padding: theme.spacing(3), maxWidth: 900 }),
  title: css({ margin: 0 }),
});
