import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Combobox, Field, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import React, { useId, useMemo } from 'react';

import { coordinatorClient } from '../../api/client';
import { listSources, type Source } from '../../api/sources';
import { t } from '../../i18n/text';
import { Ticking } from '../../jobs/clock';
import { inertName } from '../../model/text';
import { FirstSteps } from '../FirstSteps';
import { Guarded } from '../Guarded';
import { pageLink } from '../links';
import { changePageSearch, usePageSearch } from '../pageAddress';
import { useLoaded } from '../useLoaded';
import { isAdmin } from '../viewer';
import { readAddress, type AuditAddress } from './filter';
import { Trail } from './Trail';

/** As wide as a data source's name usually needs, in units of the theme's spacing. */
const SOURCE_WIDTH = 40;

/** Who did what, and what became of it: the audit trail of one coordinator, to be filtered, proven and exported. */
export function AuditPage() {
  const sources = useMemo(() => listSources(), []);
  const search = usePageSearch();
  const address = useMemo(() => readAddress(search), [search]);
  return (
    <PluginPage
      pageNav={{
        text: t('audit.page.title', 'Audit'),
        url: pageLink('audit'),
        subTitle: t('audit.page.subtitle', 'Who asked for what, who approved it, and what became of it'),
      }}
    >
      {sources.length === 0 ? <FirstSteps isAdmin={isAdmin()} /> : <Audit sources={sources} address={address} />}
    </PluginPage>
  );
}

function Audit({ sources, address }: { sources: Source[]; address: AuditAddress }) {
  const styles = useStyles2(getStyles);
  const sourceId = useId();
  const source = address.uid ? sources.find(({ uid }) => uid === address.uid) : sources[0];
  return (
    <Ticking>
      <div className={styles.source}>
        <Field noMargin label={t('audit.source.label', 'Coordinator')} htmlFor={sourceId}>
          <Combobox
            id={sourceId}
            width={SOURCE_WIDTH}
            value={source?.uid ?? null}
            options={sources.map(({ uid, name }) => ({ value: uid, label: inertName(name) }))}
            placeholder={t('audit.source.choose', 'Choose a coordinator')}
            onChange={({ value }) => changePageSearch({ ds: value, before: null, row: null }, 'step')}
          />
        </Field>
      </div>
      {source ? (
        <Guarded what={t('audit.page.what-breaks', 'The audit trail')} occasion={address}>
          <SourceTrail key={source.uid} source={source} address={address} />
        </Guarded>
      ) : (
        <Alert
          severity="warning"
          title={t('audit.source.none', 'There is no coordinator "{{uid}}" that you may see', {
            uid: inertName(address.uid),
          })}
        >
          {t(
            'audit.source.none-advice',
            'Its data source may have been deleted, or belongs to another organization. Choose another one above.'
          )}
        </Alert>
      )}
    </Ticking>
  );
}

function SourceTrail({ source, address }: { source: Source; address: AuditAddress }) {
  const support = useLoaded(useMemo(() => coordinatorClient(source.uid).support(), [source.uid]));
  if (support.at === 'loading') {
    return <LoadingPlaceholder text={t('audit.source.asking', 'Asking what you may read…')} />;
  }
  return <Trail source={source} address={address} support={support.at === 'loaded' ? support.value : undefined} />;
}

const getStyles = (theme: GrafanaTheme2) => ({
  source: css({ marginBottom: theme.spacing(2), '& > *': { maxWidth: '100%' } }),
});
