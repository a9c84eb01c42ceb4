import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../../../i18n/text';
import { changePageSearch } from '../../pageAddress';
import { type RawRange, type Span } from '../address';

const EPISODE = 'episode';
const OTHER = 'other';

interface Props {
  /** What the address names; undefined where it names nothing. */
  raw: RawRange | undefined;
  span: Span;
}

/** Chooses the range of the timeline; the choice stands in the page's address. */
export function RangeChoice({ raw, span }: Props) {
  const styles = useStyles2(getStyles);
  const chosen = raw === undefined ? EPISODE : raw.to === 'now' ? raw.from : OTHER;
  const choices = [
    { value: EPISODE, label: t('app-job.range.episode', 'This state') },
    { value: 'now-1h', label: t('app-job.range.1h', '1 h') },
    { value: 'now-6h', label: t('app-job.range.6h', '6 h') },
    { value: 'now-24h', label: t('app-job.range.24h', '24 h') },
    { value: 'now-7d', label: t('app-job.range.7d', '7 d') },
  ];
  const half = Math.round((span.to - span.from) / 2);
  const shift = (by: number) =>
    changePageSearch({ from: String(Math.round(span.from + by)), to: String(Math.round(span.to + by)) }, 'step');
  return (
    <div className={styles.choice}>
      <RadioButtonGroup
        size="sm"
        aria-label={t('app-job.range.label', 'Range of the timeline')}
        options={choices}
        value={choices.some(({ value }) => value === chosen) ? chosen : OTHER}
        onChange={(value) =>
          changePageSearch(value === EPISODE ? { from: null, to: null } : { from: value, to: 'now' }, 'step')
        }
      />
      <Button size="sm" variant="secondary" icon="angle-left" onClick={() => shift(-half)}>
        {t('app-job.range.earlier', 'Earlier')}
      </Button>
      <Button size="sm" variant="secondary" icon="angle-right" onClick={() => shift(half)}>
        {t('app-job.range.later', 'Later')}
      </Button>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  choice: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), maxWidth: '100%', overflowX: 'auto' }),
});
